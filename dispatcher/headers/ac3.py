"""AC-3 and E-AC-3: frames, whose headers give a bit rate or a size."""

from dispatcher.headers.container import Container
from dispatcher.headers.frames_in_a_row import FrameKind

_SYNC = b"\x0b\x77"
_KBITS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)


def _size(data: bytes) -> int:
    if data[:2] != _SYNC:
        return 0
    if data[5] >> 3 > 10:  # E-AC-3
        return 2 * ((int.from_bytes(data[2:4], "big") & 0x7FF) + 1)
    rate, code = data[4] >> 6, data[4] & 63
    if rate == 3 or code >> 1 >= len(_KBITS):
        return 0
    kbits = _KBITS[code >> 1]
    return 2 * (2 * kbits, kbits * 320 // 147 + (code & 1), 3 * kbits)[rate]


CONTAINER = Container(
    "ac3", _SYNC, missing=FrameKind(6, _size, 1 << 12, lambda data: data[4] & 0xC0).missing
)
