"""What a container tells of its sound, in torchaudio's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dispatcher.backends.ffmpeg import decode, pcm
from dispatcher.metadata import AudioMetaData

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from dispatcher.settings import Settings

_PCM = re.compile(r"pcm_([sfu])\d")
_COMPANDED = {"pcm_alaw": "ALAW", "pcm_mulaw": "ULAW"}
# where a lossless codec's own header keeps its bit depth: byte of the extradata, and what to do with it
_STREAMINFO_BITS = 12


def _flac_bits(extradata: bytes) -> int:
    """Bits per sample in a STREAMINFO block: five bits, the lowest of byte 12 first, counted from 1."""
    return ((extradata[_STREAMINFO_BITS] & 1) << 4 | extradata[_STREAMINFO_BITS + 1] >> 4) + 1


def _alac_bits(extradata: bytes) -> int:
    """Bits per sample in the "magic cookie", which in FFmpeg follows a 12-byte atom header."""
    return extradata[17]


_BITS_IN_EXTRADATA = {"flac": (_flac_bits, 14), "alac": (_alac_bits, 18)}


def encoding(codec: str) -> str:
    """torchaudio's name of a codec, given FFmpeg's canonical one."""
    if codec in _COMPANDED:
        return _COMPANDED[codec]
    pcm = _PCM.match(codec)
    return f"PCM_{pcm.group(1).upper()}" if pcm else codec.upper()


def bits_per_sample(codec: str, extradata: bytes | None) -> int:
    """Bits of a sample as stored; 0 for lossy codecs."""
    bits = pcm.bits(codec)
    if bits:
        return bits
    read, needed = _BITS_IN_EXTRADATA.get(codec, (None, 0))
    return read(extradata) if read and extradata and len(extradata) >= needed else 0


def header(stream: AudioStream, settings: Settings) -> AudioMetaData:
    """What ``info`` gives as far as an open container's header tells; ``num_frames`` is -1 where only decoding does.

    ``num_frames`` is what the container's header counts, where it counts: packets, in mp4 and its kin (see the flag
    ``exact_num_frames``).
    """
    context = stream.codec_context
    codec = context.codec.canonical_name
    counted = 0 if settings.exact_num_frames else stream.frames
    extradata = context.extradata
    return AudioMetaData(context.sample_rate, counted or -1, context.channels, bits_per_sample(codec, extradata), encoding(codec))


def metadata(container: InputContainer, stream: AudioStream, settings: Settings) -> AudioMetaData:
    """What ``info`` gives for an open container: its header, and what decoding gives where that does not count."""
    found = header(stream, settings)
    if found.num_frames < 0:
        found.num_frames = decode.count(container, stream)
    return found
