"""Describe a container's audio in torchaudio's words."""

from __future__ import annotations

from dispatcher.backends.ffmpeg import decode, pcm
from dispatcher.lazily import av
from dispatcher.metadata import AudioMetaData
from dispatcher.settings import Settings

# offset in flac's extradata of the byte in which the bit depth begins
_STREAMINFO_BITS = 12


def _flac_bits(extradata: bytes) -> int:
    """Return the bits per sample of STREAMINFO: 5 bits, the highest in byte 12, plus 1."""
    return ((extradata[_STREAMINFO_BITS] & 1) << 4 | extradata[_STREAMINFO_BITS + 1] >> 4) + 1


def _alac_bits(extradata: bytes) -> int:
    """Return the bits per sample of ALAC's "magic cookie", after FFmpeg's 12-byte atom header."""
    return extradata[17]


_BITS_IN_EXTRADATA = {"flac": (_flac_bits, 14), "alac": (_alac_bits, 18)}


def bits_per_sample(codec: str, extradata: bytes | None) -> int:
    """Return the bits of a sample as stored; 0 for lossy codecs."""
    bits = pcm.bits(codec)
    if bits:
        return bits
    read, needed = _BITS_IN_EXTRADATA.get(codec, (None, 0))
    return read(extradata) if read and extradata and len(extradata) >= needed else 0


def header(stream: av.AudioStream, settings: Settings) -> AudioMetaData:
    """Return what ``info`` returns, by the header only; ``num_frames`` is -1 if that does not tell.

    For mp4 and its relatives ``num_frames`` is the number of packets (see the flag
    ``exact_num_frames``).
    """
    context = stream.codec_context
    codec = context.codec.canonical_name
    counted = 0 if settings.exact_num_frames else stream.frames
    extradata = context.extradata
    return AudioMetaData(
        context.sample_rate,
        counted or -1,
        context.channels,
        bits_per_sample(codec, extradata),
        pcm.encoding(codec),
    )


def metadata(
    container: av.container.InputContainer, stream: av.AudioStream, settings: Settings
) -> AudioMetaData:
    """Return what ``info`` returns; decode the stream if its header does not tell the length."""
    found = header(stream, settings)
    if found.num_frames < 0:
        found.num_frames = decode.count(container, stream)
        found.sample_rate = stream.codec_context.sample_rate  # what FFmpeg probed may lie later
    return found
