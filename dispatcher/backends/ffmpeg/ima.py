"""Decode IMA ADPCM in wav to the recorded samples.

FFmpeg up to 8.0 rounds each step once. From 8.1 on it rounds in parts, which is up to 10 of 32,768
off. Its decoder for Duck's "DK4" still rounds once, and DK4's blocks hold the same nibbles in
another order. So the nibbles are put into that order and decoded by that decoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from dispatcher.lazily import av, np

_CODEC, _SAME_STEPS = "adpcm_ima_wav", "adpcm_ima_dk4"
_MOST_CHANNELS = 2
_HEADER = 4  # bytes of a channel: 2 of its first sample, 1 of its step's index, 1 unused
_GROUP = 4  # bytes of a channel before those of the next channel


def decoding(
    stream: Any, context: Any
) -> Callable[[av.Packet[Any]], Iterable[av.AudioFrame]] | None:
    """Return the function that decodes packets of IMA ADPCM in wav; ``None`` for any other stream.

    It rounds once, through DK4. ``context`` is the stream's own decoder.
    """
    if (
        stream.type != "audio"
        or context.codec.name != _CODEC
        or context.channels > _MOST_CHANNELS
        or stream.container.format.name != "wav"
    ):
        return None
    channels: int = context.channels
    size: int | None = None
    rounding_once: Any = av.CodecContext.create(_SAME_STEPS, "r")
    rounding_once.sample_rate, rounding_once.layout = context.sample_rate, context.layout

    def decode(packet: av.Packet[Any]) -> Iterator[av.AudioFrame]:
        """Decode the blocks of a packet, one after the other."""
        nonlocal size
        if size is None and packet.size:
            size = _block_bytes(packet, channels)
        if not size or not packet.size:
            yield from context.decode(packet)
            return
        data = bytes(packet)
        for begin in range(0, len(data), size):
            block: Any = av.Packet(_reordered(data[begin : begin + size], channels))
            if not begin:
                block.pts, block.dts = packet.pts, packet.dts
            block.time_base = packet.time_base
            yield from rounding_once.decode(block)

    return decode


def _block_bytes(packet: av.Packet[Any], channels: int) -> int:
    """Return the size of a block in bytes, from the packet's frames; 0 unless samples have 4 bits.

    For each channel a block has a header of 4 bytes, which is 8 nibbles and holds 1 sample, and
    then a nibble for each further sample:

        nibbles of a channel - frames = 7 * blocks
    """
    nibbles = 2 * packet.size // channels
    lost = 2 * _HEADER - 1
    blocks, rest = divmod(nibbles - (packet.duration or 0), lost)
    if rest or blocks < 1 or packet.size % blocks or packet.size // blocks <= _HEADER * channels:
        return 0
    return packet.size // blocks


def _reordered(block: bytes, channels: int) -> bytes:
    """Return a block with its nibbles in the order of DK4.

    Both hold the samples of a frame or channel one after the other, but in another order:

        wav, 1 channel     each byte holds two samples, the first one low
        DK4, 1 channel     the same, the first one high
        wav, 2 channels    LLLL RRRR LLLL ...   4 bytes of a channel, then 4 of the other, low first
        DK4, 2 channels    one byte for each frame, left high and right low
    """
    header = _HEADER * channels
    octets = np.frombuffer(block, np.uint8)
    body = octets[
        header : header + (len(octets) - header) // (_GROUP * channels) * _GROUP * channels
    ]
    low, high = body & 15, body >> 4
    if channels == 1:
        ordered = low << 4 | high
    else:
        nibbles = np.stack([low, high], axis=-1).reshape(-1, channels, 2 * _GROUP)
        ordered = (nibbles[:, 0] << 4 | nibbles[:, 1]).reshape(-1)
    return octets[:header].tobytes() + ordered.tobytes()
