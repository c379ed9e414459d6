"""DTS in its plain (16-bit big-endian) form: frames, whose headers give their size."""

from dispatcher.headers.container import Container
from dispatcher.headers.frames_in_a_row import FrameKind

_SYNC = b"\x7f\xfe\x80\x01"


def _size(data: bytes) -> int:
    return (int.from_bytes(data[5:8], "big") >> 4 & 0x3FFF) + 1 if data[:4] == _SYNC else 0


CONTAINER = Container("dts", _SYNC, missing=FrameKind(8, _size, 1 << 14).missing)
