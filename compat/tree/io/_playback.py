"""``torchaudio.io._playback``: until 2.8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat.contents import parts
from dispatcher.streams.playback import play_audio

if TYPE_CHECKING:
    from compat.contents.context import Context

STANDS_IN = True
GOES_IN_2_9 = True
works: parts.Works = parts.ffmpeg_works


def names(context: Context) -> dict[str, Any]:
    """Return ``play_audio``."""
    return {"play_audio": play_audio}
