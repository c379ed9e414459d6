"""``torchaudio.io``, until 2.8: streams of audio and video, over PyAV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts, streaming
from compat.contents.submodule import Submodule

if TYPE_CHECKING:
    from compat.contents.context import Context


_FROM_2_1 = ("AudioEffector", "CodecConfig")


def names(context: Context) -> dict[str, Any]:
    """Return the reader, the writer, the effector, and what belongs to them."""
    found = streaming.of(context)
    if not context.release.effector:
        for name in _FROM_2_1:
            del found[name]
    return found


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.ffmpeg_works)
