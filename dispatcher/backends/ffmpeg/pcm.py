"""The sizes of PCM samples and frames, by FFmpeg's names of codecs."""

from __future__ import annotations

import re

from dispatcher.lazily import av

_PCM = re.compile(r"pcm_[sfu](\d+)")
_COMPANDED = ("pcm_alaw", "pcm_mulaw")


def bits(codec: str) -> int:
    """Return the bits of a stored PCM sample, by FFmpeg's canonical codec name; 0 for others."""
    if codec in _COMPANDED:
        return 8
    found = _PCM.match(codec)
    return int(found.group(1)) if found else 0


def frame_bytes(stream: av.AudioStream) -> int:
    """Return the bytes of a frame of PCM; 0 for any other codec."""
    context = stream.codec_context
    return bits(context.codec.canonical_name) * context.channels // 8
