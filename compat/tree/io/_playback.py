"""``torchaudio.io._playback``: until 2.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts
from compat.contents.submodule import Submodule
from dispatcher.streams.playback import play_audio

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return ``play_audio``."""
    return {"play_audio": play_audio}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.ffmpeg_works)
