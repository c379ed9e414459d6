"""Refuse SBC that changes on its way: FFmpeg's decoder, and its command, keep the first rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dispatcher.backends.ffmpeg import joints
from dispatcher.errors import BackendError
from dispatcher.headers.container import Part
from dispatcher.lazily import av
from dispatcher.reading import joined_files

# a frame begins with a sync byte; the next one has 2 bits of sample rate, 2 of blocks, 2 of mode
_RATES = (16000, 32000, 44100, 48000)
_MSBC, _MSBC_RATE = 0xAD, 16000


def decoding(
    stream: Any, context: Any
) -> Callable[[av.Packet[Any]], Iterable[av.AudioFrame]] | None:
    """Return the function that decodes packets of SBC; ``None`` for any other stream."""
    if stream.type != "audio" or context.codec.canonical_name != "sbc":
        return None
    first: Part | None = None

    def decode(packet: av.Packet[Any]) -> Iterable[av.AudioFrame]:
        """Decode a packet, and compare its rate and channels with those of the first.

        Raises:
            BackendError: they differ; the text gives the place and what to do.
        """
        nonlocal first
        found: list[av.AudioFrame] = context.decode(packet)  # raises if the header is damaged
        if found and packet.size:
            sync, head = bytes(packet)[:2]
            rate = _MSBC_RATE if sync == _MSBC else _RATES[head >> 6]
            part = Part("sbc", packet.pos or 0, rate, found[0].layout.nb_channels)
            first = first or part
            if cause := joined_files.change([first, part]):
                uri = joints.uri_of(stream.container)
                raise BackendError(f"{cause}. {joined_files.cut(uri, part)}")
        return found

    return decode
