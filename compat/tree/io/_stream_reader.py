"""``torchaudio.io._stream_reader``, in 2.0 and 2.1: the reader's module before torio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts, streaming
from compat.contents.lazy import Lazy
from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


def chunk_tensor() -> type:
    """Return the class of chunks, which needs torch."""
    from dispatcher.streams.chunks import ChunkTensor

    return ChunkTensor


def names(context: Context) -> dict[str, Any]:
    """Return the reader, the classes of its streams' properties, and the class of chunks."""
    infos = streaming.infos(context.release)
    reader = streaming.of(context)["StreamReader"]
    return {"StreamReader": reader, **infos, "ChunkTensor": Lazy(chunk_tensor)}


SUBMODULE = Submodule(
    names,
    present=lambda context: not context.release.torio,
    goes_in_2_9=True,
    stands_in=True,
    works=parts.ffmpeg_works,
)
