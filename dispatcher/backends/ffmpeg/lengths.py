"""Find how many frames decoding will give, if a file's headers tell it for certain."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dispatcher.backends.ffmpeg import seek
from dispatcher.headers import mpeg, ogg_packets
from dispatcher.lazily import av
from dispatcher.reading.opened import OpenFile
from dispatcher.settings import Settings

Counter: TypeAlias = Callable[
    ["av.container.InputContainer", "av.AudioStream", "OpenFile"], "int | None"
]


def counter(
    container: av.container.InputContainer, stream: av.AudioStream, settings: Settings
) -> Counter | None:
    """Return the function that counts a file's frames, given the file; ``None`` if none can.

    The function returns ``None`` if this file's headers do not tell. By then it may have read
    packets of the container.
    """
    if container.format.name == "mp3":
        # a Xing header may have the right number of bytes and the wrong number of frames
        return None if settings.exact_num_frames else _mp3
    if container.format.name == "ogg":
        return _ogg
    return seek.frames_by_end if seek.stand_for_themselves(container, stream) else None


def _ogg(
    container: av.container.InputContainer, stream: av.AudioStream, file: OpenFile
) -> int | None:
    """Count by the packets of Vorbis or Opus, if the pages agree."""
    found = ogg_packets.scan(file)
    return None if found is None else found.total


def _mp3(
    container: av.container.InputContainer, stream: av.AudioStream, file: OpenFile
) -> int | None:
    """Count by the Xing header if it has the right number of bytes, else by the frames' headers."""
    sound = seek.mp3_sound(container, stream, file)
    if sound is None:
        return None
    if (
        sound.total is not None
        and sound.promised is not None
        and sound.promised.bytes == file.size - sound.told_from
    ):
        return sound.total
    places, complete = mpeg.frames(file, sound.begin, sound.first)
    count = len(places) - 1
    if not complete or not count:
        return None
    if sound.total is None:
        return count * sound.first.samples - sound.skipped
    return sound.total if sound.promised is not None and count == sound.promised.frames else None
