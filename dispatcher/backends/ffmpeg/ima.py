"""IMA ADPCM in wav, decoded as the recorded FFmpeg did: up to 8.0 it rounded each step once, from 8.1 on in parts, up to 10 of 32,768 off.

FFmpeg still rounds once in its decoder for Duck's "DK4", whose blocks hold the same nibbles in another order. So they are put into
that order, and decoded by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av import AudioFrame, Packet

_CODEC, _SAME_STEPS = "adpcm_ima_wav", "adpcm_ima_dk4"
_MOST_CHANNELS = 2
_HEADER = 4  # bytes of a channel: its first sample, the place in the table of steps, and one that is unused
_GROUP = 4  # bytes of a channel, before those of the next


def decoding(stream: Any, context: Any) -> Callable[[Packet[Any]], Iterable[AudioFrame]]:
    """Return what decodes a packet of a stream, whose decoder is ``context``, to the recorded samples."""
    if stream.type != "audio" or context.codec.name != _CODEC or context.channels > _MOST_CHANNELS or stream.container.format.name != "wav":
        decode: Callable[[Packet[Any]], Iterable[AudioFrame]] = context.decode
        return decode
    return _Decoder(context).decode


class _Decoder:
    def __init__(self, context: Any) -> None:
        import av

        self._context = context
        self._channels: int = context.channels
        self._block: int | None = None
        made: Any = av.CodecContext.create(_SAME_STEPS, "r")
        made.sample_rate, made.layout = context.sample_rate, context.layout
        self._rounding_once = made

    def decode(self, packet: Packet[Any]) -> Iterator[AudioFrame]:
        """Decode the blocks of a packet, one after the other."""
        if self._block is None and packet.size:
            self._block = _block_bytes(packet, self._channels)
        if not self._block or not packet.size:
            yield from self._context.decode(packet)
            return
        import av

        data = bytes(packet)
        for begin in range(0, len(data), self._block):
            block: Any = av.Packet(_reordered(data[begin : begin + self._block], self._channels))
            if not begin:
                block.pts, block.dts = packet.pts, packet.dts
            block.time_base = packet.time_base
            yield from self._rounding_once.decode(block)


def _block_bytes(packet: Packet[Any], channels: int) -> int:
    """Return the size of a block, by the frames that a packet is said to have; 0 where it has not four bits a sample.

    A frame is a nibble of each channel, but for the first of a block, which its header has.
    """
    nibbles = 2 * packet.size // channels
    lost = 2 * _HEADER - 1
    blocks, rest = divmod(nibbles - (packet.duration or 0), lost)
    if rest or blocks < 1 or packet.size % blocks or packet.size // blocks <= _HEADER * channels:
        return 0
    return packet.size // blocks


def _reordered(block: bytes, channels: int) -> bytes:
    """Return a block with its nibbles as DK4 has them: the first one high, and those of one frame in one byte where there are two."""
    import numpy as np

    header = _HEADER * channels
    octets = np.frombuffer(block, np.uint8)
    body = octets[header : header + (len(octets) - header) // (_GROUP * channels) * _GROUP * channels]
    low, high = body & 15, body >> 4
    if channels == 1:
        ordered = low << 4 | high
    else:
        nibbles = np.stack([low, high], axis=-1).reshape(-1, channels, 2 * _GROUP)
        ordered = (nibbles[:, 0] << 4 | nibbles[:, 1]).reshape(-1)
    return octets[:header].tobytes() + ordered.tobytes()
