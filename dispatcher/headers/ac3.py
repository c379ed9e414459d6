"""AC-3 and E-AC-3: frames, whose headers give a bit rate or a size."""

from dispatcher.headers.container import Container
from dispatcher.headers.frames_in_a_row import FrameKind
from dispatcher.lazily import np

_SYNC = b"\x0b\x77"
_KBITS = (
    *(32, 40, 48, 56, 64, 80, 96, 112, 128, 160),
    *(192, 224, 256, 320, 384, 448, 512, 576, 640),
)

_HEADER, _LONGEST = 6, 1 << 12  # bytes
# A checksum makes a frame, without its sync word, a multiple of x^16 + x^15 + x^2 + 1, which is
# (x + 1)(x^15 + x + 1). The power 2^k of the second factor is x^15n + x^n + 1, with n = 2^k: so all
# bits above 15n can be added further down at once. Rows: n, 15n, and the bits below.
_FOLDS = [(n, 15 * n, (1 << 15 * n) - 1) for n in (1 << k for k in range(11, -1, -1))]


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
    while at + _HEADER <= len(data) and (size := _size(data[at : at + _HEADER])) > _HEADER:
        frame, at = data[at + len(_SYNC) : at + size], at + size
        if at <= len(data) and not _is_multiple(int.from_bytes(frame, "big")):
            return False
    return True


def _is_multiple(bits: int) -> bool:
    """Return whether the polynomial of a checksum divides one with these bits."""
    if bits.bit_count() & 1:  # x + 1 divides whatever has an even number of them
        return False
    for shift, end, below in _FOLDS:
        while high := bits >> end:
            bits = bits & below ^ high << shift ^ high
    return not bits


CONTAINER = Container(
    "ac3",
    _SYNC,
    missing=FrameKind(_HEADER, _size, _LONGEST, lambda data: data[4] & 0xC0).missing,
)
