"""PCM by FFmpeg's names of codecs: the bits of a sample, the bytes of a frame, the encoding."""

from __future__ import annotations

import re

from dispatcher.lazily import av

_PCM = re.compile(r"pcm_([sfu])(\d+)")
_COMPANDED = {"pcm_alaw": "ALAW", "pcm_mulaw": "ULAW"}


def bits(codec: str) -> int:
    """Return the bits of a stored PCM sample, by FFmpeg's canonical codec name; 0 for others."""
    found = _PCM.match(codec)
    return 8 if codec in _COMPANDED else int(found[2]) if found else 0


def encoding(codec: str) -> str:
    """Return torchaudio's name of a codec, given FFmpeg's canonical one."""
    found = _PCM.match(codec)
    return _COMPANDED.get(codec, f"PCM_{found[1].upper()}" if found else codec.upper())


def frame_bytes(stream: av.AudioStream) -> int:
    """Return the bytes of a frame of PCM; 0 for any other codec."""
    context = stream.codec_context
    return bits(context.codec.canonical_name) * context.channels // 8
