"""Walk through the parts of a file, and word what is missing of one; for the checks of cut files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

UNKNOWN = 0x7FFF_F000  # a 32-bit size from here on means that the length is unknown
MOST_STEPS = 1 << 16


class File(NamedTuple):
    """A file for the checks: ``at(offset, size)`` reads bytes, ``size`` is how many there are."""

    at: Callable[[int, int], bytes]
    size: int


def missing(what: str, promised: int, there: int) -> str:
    """Return the words for a part of ``promised`` bytes of which only ``there`` are there."""
    return f"{what} is {promised} bytes long, and {max(0, there)} are there"


def chunks(
    file: File,
    first: int,
    order: Literal["little", "big"],
    size_bytes: int,
    name_bytes: int,
    own: int,
    padding: int,
) -> Iterator[tuple[bytes, int, int]]:
    """Give the name, the body's offset and the body's size of each chunk, in bytes.

    ``own`` is how many bytes of the chunk's header its size field counts, ``padding`` the multiple
    to which chunks are padded.
    """
    at, header = first, name_bytes + size_bytes
    for _ in range(MOST_STEPS):
        start = file.at(at, header)
        if len(start) < header:
            return
        size = int.from_bytes(start[name_bytes:], order) - own
        if size < 0:
            return
        yield start[:name_bytes], at + header, size
        at += header + size + (-(size + own) % padding if padding else 0)
