"""``torchaudio.io._stream_writer``, in 2.0 and 2.1: the writer's module before torio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts, streaming

if TYPE_CHECKING:
    from compat.contents.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works: parts.Works = parts.ffmpeg_works


def present(context: Context) -> bool:
    """Return whether the release is 2.0 or 2.1."""
    return not context.release.torio


def names(context: Context) -> dict[str, Any]:
    """Return the writer and, from 2.1 on, ``CodecConfig``."""
    found = streaming.of(context)
    return {
        "StreamWriter": found.writer,
        **({"CodecConfig": found.codec_config} if context.release.effector else {}),
    }
