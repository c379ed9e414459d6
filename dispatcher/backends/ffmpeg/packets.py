"""Give a stream's packets as the FFmpeg of the recordings gave them to its decoders.

FFmpeg 9 marks in the last packet what an mp4's edit list leaves out, and drops it in decoding;
earlier versions did not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from dispatcher.lazily import av

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
# a container opened with format= has only that name
_MP4_NAMES = frozenset({MP4, *MP4.split(",")})
_SKIP: Literal["skip_samples"] = "skip_samples"
# that side data: frames to drop at the beginning and at the end, 32 bits each, little-endian
_AT_START, _AT_END = slice(0, 4), slice(4, 8)


def of(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterable[av.Packet[av.AudioStream]]:
    """Demux a stream; each packet is as the recorded FFmpeg gave it to the decoder."""
    return map(as_recorded(container), container.demux(stream))


def as_recorded(
    container: av.container.InputContainer,
) -> Callable[[av.Packet[Any]], av.Packet[Any]]:
    """Return the function that turns a container's packets into those of the recorded FFmpeg."""
    return _untrimmed if is_mp4(container) else _as_it_is


def is_mp4(container: av.container.Container) -> bool:
    """Return whether a container is mp4 or one of its relatives."""
    return container.format.name in _MP4_NAMES


def skipped_at_start(packet: av.Packet[av.AudioStream]) -> int:
    """Return how many frames decoding drops at a stream's beginning, given its first packet."""
    return (
        int.from_bytes(bytes(packet.get_sidedata(_SKIP))[_AT_START], "little")
        if packet.has_sidedata(_SKIP)
        else 0
    )


def _as_it_is(packet: av.Packet[Any]) -> av.Packet[Any]:
    return packet


def _untrimmed(packet: av.Packet[Any]) -> av.Packet[Any]:
    """Make FFmpeg decode a packet to its end."""
    if not packet.size or not packet.has_sidedata(_SKIP):
        return packet
    found = packet.get_sidedata(_SKIP)
    data = bytearray(bytes(found))
    if any(data[_AT_END]):
        data[_AT_END] = bytes(4)
        found.update(bytes(data))
        packet.set_sidedata(found)
    return packet
