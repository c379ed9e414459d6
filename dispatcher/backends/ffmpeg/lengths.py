"""Find how many frames decoding will give, if a file's headers tell it for certain."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from dispatcher.backends.ffmpeg import seek
from dispatcher.headers import mpeg, ogg_packets

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from dispatcher.settings import Settings

Counter: TypeAlias = Callable[["InputContainer", "AudioStream", str], "int | None"]


def counter(container: InputContainer, stream: AudioStream, settings: Settings) -> Counter | None:
    """Return the function that counts a file's frames, given its path; ``None`` if none can.

    The function returns ``None`` if this file's headers do not tell. By then it may have read
    packets of the container.
    """
    if container.format.name == "mp3":
        # a Xing header may have the right number of bytes and the wrong number of frames
        return None if settings.exact_num_frames else _mp3
    if container.format.name == "ogg":
        return _ogg
    return seek.frames_by_end if seek.stand_for_themselves(container, stream) else None


def _ogg(container: InputContainer, stream: AudioStream, path: str) -> int | None:
    """Count by the packets of Vorbis or Opus, if the pages agree."""
    found = ogg_packets.scan(path)
    return None if found is None else found.total


def _mp3(container: InputContainer, stream: AudioStream, path: str) -> int | None:
    """Count by the Xing header if it has the right number of bytes, else by the frames' headers."""
    sound = seek.mp3_sound(container, stream, path)
    if sound is None:
        return None
    size = os.path.getsize(path)
    if (
        sound.total is not None
        and sound.promised is not None
        and sound.promised.bytes == size - sound.told_from
    ):
        return sound.total
    found = mpeg.frames(path, sound.begin, sound.first)
    count = len(found.bounds) - 1
    if not found.complete or not count:
        return None
    if sound.total is None:
        return count * sound.first.samples - sound.skipped
    return sound.total if sound.promised is not None and count == sound.promised.frames else None
