"""Compare the checksums of Ogg pages."""

import functools
import zlib

_CHECKSUM = 22  # its offset in a page


@functools.cache
def _mirror() -> bytes:
    """Return all bytes with their bits in reverse."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def is_right(data: bytes, begin: int, end: int) -> bool:
    """Return whether a page has the checksum that its header says.

    Ogg's CRC-32 has zlib's polynomial, but takes bits in the other order, starts at 0 and is not
    inverted. So zlib computes it of mirrored bytes. The checksum's own four bytes count as 0.
    """
    page = data[begin:end].translate(_mirror())
    found = zlib.crc32(page[:_CHECKSUM] + bytes(4) + page[_CHECKSUM + 4 :], 0xFFFF_FFFF)
    return (found ^ 0xFFFF_FFFF).to_bytes(4, "big") == page[_CHECKSUM : _CHECKSUM + 4]
