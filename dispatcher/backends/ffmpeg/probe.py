"""Describe a container's audio in torchaudio's words, and count its frames by their headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from dispatcher.backends.ffmpeg import decode, joints, pcm, seek
from dispatcher.headers import mpeg, ogg_packets
from dispatcher.headers.file import HEAD
from dispatcher.lazily import av
from dispatcher.metadata import AudioMetaData
from dispatcher.reading.opened import OpenFile, look
from dispatcher.settings import Settings

# what extradata says are the bits per sample, and the bytes of it that tell them: flac's STREAMINFO
# has 5 bits, for the number less 1; ALAC's "magic cookie" comes after FFmpeg's 12-byte atom header;
# a block of WavPack, with which such a file begins, has the bytes of a sample less 1
_BITS_IN_EXTRADATA: dict[str, tuple[Callable[[bytes], int], int]] = {
    "flac": (lambda data: ((data[12] & 1) << 4 | data[13] >> 4) + 1, 14),
    "alac": (lambda data: data[17], 18),
    "tta": (lambda data: data[8], 9),
    "wavpack": (lambda data: 8 * (1 + (data[24] & 3)), 25),
}
_WAVPACK = "wv"  # the demuxer
Counter: TypeAlias = Callable[
    ["av.container.InputContainer", "av.AudioStream", "OpenFile"], "int | None"
]


def bits_per_sample(codec: str, extradata: bytes | None) -> int:
    """Return the bits of a sample as stored; 0 for lossy codecs."""
    bits = pcm.bits(codec)
    if bits:
        return bits
    read, needed = _BITS_IN_EXTRADATA.get(codec, (None, 0))
    return read(extradata) if read and extradata and len(extradata) >= needed else 0


def header(
    stream: av.AudioStream, settings: Settings, file: OpenFile | None = None
) -> AudioMetaData:
    """Return what ``info`` returns, by the header only; ``num_frames`` is -1 if that does not tell.

    For mp4 and its relatives ``num_frames`` is the number of packets (see the flag
    ``exact_num_frames``).
    """
    context = stream.codec_context
    codec = context.codec.canonical_name
    counted = 0 if settings.exact_num_frames else stream.frames
    extradata = context.extradata
    if stream.container.format.name == _WAVPACK:
        place = file or joints.uri_of(stream.container)
        extradata = look(place, lambda seen: seen.at(0, HEAD), 0) or extradata
    return AudioMetaData(
        context.sample_rate,
        counted or -1,
        context.channels,
        bits_per_sample(codec, extradata),
        pcm.encoding(codec),
    )


def decoded(
    found: AudioMetaData, container: av.container.InputContainer, stream: av.AudioStream
) -> AudioMetaData:
    """Return what ``info`` returns by what the header tells; decode the stream for its length."""
    found.num_frames = decode.count(container, stream)
    found.sample_rate = stream.codec_context.sample_rate  # what FFmpeg probed may lie later
    return found


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
    if sound is None or _skips_anew(sound):
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


def _skips_anew(sound: seek.Sound) -> bool:
    """Return whether padding begins in a packet of which FFmpeg still has a part to skip.

    FFmpeg then forgets what was left to skip, and gives more than the header says.
    """
    last_skipped = (sound.skipped - 1) // sound.first.samples
    end = None if sound.total is None else sound.skipped + sound.total
    return end is not None and 0 < last_skipped >= end // sound.first.samples
