"""Compare the checksums of Ogg pages."""

import functools
import zlib

_CHECKSUM = 22  # its offset in a page


@functools.cache
def _mirror() -> bytes:
    """Return all bytes with their bits in reverse."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def mirrored(data: bytes) -> bytes:
    """Return data with the bits of each byte in reverse, for ``is_right``."""
    return data.translate(_mirror())


def is_right(data: bytes, begin: int, end: int) -> bool:
    """Return whether a page has the checksum that its header says; ``data`` is mirrored.

    Ogg's CRC-32 has zlib's polynomial, but takes bits in the other order, starts at 0 and is not
    inverted. So zlib computes it of mirrored bytes. The checksum's own four bytes count as 0.
    """
    view = memoryview(data)
    found = zlib.crc32(view[begin : begin + _CHECKSUM], 0xFFFF_FFFF)
    found = zlib.crc32(view[begin + _CHECKSUM + 4 : end], zlib.crc32(bytes(4), found)) ^ 0xFFFF_FFFF
    return found.to_bytes(4, "big") == view[begin + _CHECKSUM : begin + _CHECKSUM + 4]
