"""AC-3 and E-AC-3: frames, whose headers give a bit rate or a size."""

from __future__ import annotations

import functools
from typing import Any

from dispatcher.headers.container import Container
from dispatcher.headers.frames_in_a_row import FrameKind
from dispatcher.lazily import np, npt

_SYNC = b"\x0b\x77"
_KBITS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)

_HEADER, _LONGEST = 6, 1 << 12  # bytes
_CHECKSUM = 2  # bytes, at a frame's end, of all behind the sync word
_POLYNOMIAL = 0x18005


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


def is_right(data: bytes) -> bool:
    """Return whether all whole frames of a packet have the checksums that belong to their bytes."""
    if data[:2] == _SYNC[::-1]:  # each two bytes are in the other order
        data = np.frombuffer(data, np.uint16, len(data) // 2).byteswap().tobytes()
    at = 0
    while (size := _size(data[at : at + _HEADER].ljust(_HEADER))) > _HEADER:
        frame, at = data[at + len(_SYNC) : at + size], at + size
        if at > len(data):
            break
        # a checksum divides what it belongs to
        bits = np.unpackbits(np.frombuffer(frame, np.uint8))
        if np.bitwise_xor.reduce(_remainders()[-len(bits) :] * bits):
            return False
    return True


@functools.cache
def _remainders() -> npt.NDArray[Any]:
    """Return what each bit before a checksum adds to it: a power of x, divided by a polynomial."""
    found, value = [], 1 << 8 * _CHECKSUM
    for _ in range(8 * _LONGEST):
        value ^= _POLYNOMIAL if value >> 8 * _CHECKSUM else 0
        found.append(value)
        value <<= 1
    return np.array(found[::-1], np.uint16)


CONTAINER = Container(
    "ac3",
    _SYNC,
    missing=FrameKind(_HEADER, _size, _LONGEST, lambda data: data[4] & 0xC0).missing,
)
