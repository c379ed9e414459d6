"""How many frames decoding will give, where a file's headers tell it for certain."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from dispatcher import mpeg
from dispatcher.backends.ffmpeg import ogg, seek

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from dispatcher.settings import Settings

Counter: TypeAlias = Callable[["InputContainer", "AudioStream", str], "int | None"]


def counter(container: InputContainer, stream: AudioStream, settings: Settings) -> Counter | None:
    """What tells the number of frames of such a file, given its path; ``None`` where only decoding does.

    It gives ``None`` where this file's headers do not tell, and may have read packets of the container by then.
    """
    if container.format.name == "mp3":
        return None if settings.exact_num_frames else _mp3  # a Xing header may tell the bytes rightly, and the frames wrongly
    if container.format.name == "ogg":
        return _ogg
    return seek.frames_by_end if seek.stand_for_themselves(container, stream) else None


def _ogg(container: InputContainer, stream: AudioStream, path: str) -> int | None:
    """By the packets of Vorbis or Opus, where the pages say the same."""
    found = ogg.scan(path)
    return None if found is None else found.total


def _mp3(container: InputContainer, stream: AudioStream, path: str) -> int | None:
    """By the Xing header where it speaks of this very file, else by counting headers."""
    sound = seek.mp3_sound(container, stream, path)
    if sound is None:
        return None
    size = os.path.getsize(path)
    if sound.total is not None and sound.promised is not None and sound.promised.bytes == size - sound.told_from:
        return sound.total
    found = mpeg.frames(path, sound.begin, sound.first)
    count = len(found.bounds) - 1
    if not found.complete or not count:
        return None
    if sound.total is None:
        return count * sound.first.samples - sound.skipped
    return sound.total if sound.promised is not None and count == sound.promised.frames else None
