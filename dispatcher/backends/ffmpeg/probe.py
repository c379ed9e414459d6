"""Describe a container's audio in torchaudio's words."""

from __future__ import annotations

from collections.abc import Callable

from dispatcher.backends.ffmpeg import decode, pcm
from dispatcher.headers.file import HEAD
from dispatcher.lazily import av
from dispatcher.metadata import AudioMetaData
from dispatcher.reading.opened import OpenFile
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
    if file is not None and stream.container.format.name == _WAVPACK:
        extradata = file.at(0, HEAD)
    return AudioMetaData(
        context.sample_rate,
        counted or -1,
        context.channels,
        bits_per_sample(codec, extradata),
        pcm.encoding(codec),
    )


def metadata(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    settings: Settings,
    file: OpenFile | None = None,
) -> AudioMetaData:
    """Return what ``info`` returns; decode the stream if its header does not tell the length."""
    found = header(stream, settings, file)
    if found.num_frames < 0:
        found.num_frames = decode.count(container, stream)
        found.sample_rate = stream.codec_context.sample_rate  # what FFmpeg probed may lie later
    return found
