"""MPEG program streams: packs and packets, by their last byte of four."""

from dispatcher.headers.container import Container
from dispatcher.headers.frames_in_a_row import FrameKind

_END, _PACK = 0xB9, 0xBA


def _size(data: bytes) -> int:
    """Return the bytes of a pack or packet; 0 if it is neither."""
    if data[:3] != b"\0\0\1" or data[3] < _END:
        return 0
    if data[3] == _END:
        return 4
    if data[3] == _PACK:
        return 14 + (data[13] & 7) if data[4] >> 6 == 1 else 12
    return 6 + int.from_bytes(data[4:6], "big")


CONTAINER = Container("mpg", rb"\0\0\x01\xba", missing=FrameKind(14, _size, 1 << 13).missing)
