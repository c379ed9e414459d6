"""``torchaudio.io._stream_reader``: 2.0 and 2.1; where the reader lived before torio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat import parts, streaming
from compat.lazy import Lazy

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works: parts.Works = parts.ffmpeg_works


def present(context: Context) -> bool:
    """Until 2.1."""
    return not context.release.torio


def chunk_tensor() -> type:
    """The class of chunks, which needs torch."""
    from dispatcher.streams.chunks import ChunkTensor

    return ChunkTensor


def names(context: Context) -> dict[str, Any]:
    """The reader, the classes that tell of streams, and that of chunks."""
    found = streaming.classes(context.release, warn=context.release.names_warn)
    return {"StreamReader": found.reader, **found.infos, "ChunkTensor": Lazy(chunk_tensor)}
