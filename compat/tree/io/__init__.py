"""``torchaudio.io``, until 2.8: streams of audio and video, over PyAV."""

import functools
from typing import Any

from compat.contents import parts, streaming
from compat.contents.context import Context
from compat.contents.submodule import Submodule

_FROM_2_1 = ("AudioEffector", "CodecConfig")
# a module that a real torchaudio keeps if its FFmpeg extension works
part = functools.partial(Submodule, goes_in_2_9=True, stands_in=True, works=parts.ffmpeg_works)


def names(context: Context) -> dict[str, Any]:
    """Return the reader, the writer, the effector, and what belongs to them."""
    found = streaming.of(context)
    if not context.release.effector:
        for name in _FROM_2_1:
            del found[name]
    return found


SUBMODULE = part(names)
