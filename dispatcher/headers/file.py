"""A file as headers are read from it, and the walk through its chunks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Literal

HEAD = 4096
UNKNOWN = 0x7FFF_F000  # a 32-bit size from here on means that the length is unknown
MOST = 1 << 62  # no size that is meant is larger
MOST_STEPS = 1 << 16
_LARGEST = 1 << 30  # larger files are not searched
Order = Literal["little", "big"]


class File:
    """An open file or file object, read at any place; its first 4 KiB are read once.

    Args:
        read: return bytes from an offset on, fewer at the file's end.
        size: return how many bytes there are.
    """

    def __init__(self, read: Callable[[int, int], bytes], size: Callable[[], int]) -> None:
        self._read, self._size = read, size

    @classmethod
    def of(cls, data: bytes) -> File:
        """Return the file that has these bytes."""
        return cls(lambda at, size: data[at : at + size], lambda: len(data))

    @functools.cached_property
    def head(self) -> bytes:
        """Return the first 4 KiB."""
        return self._read(0, HEAD)

    @functools.cached_property
    def size(self) -> int:
        """Return how many bytes there are."""
        return self._size()

    def at(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset`` on, fewer at the file's end."""
        if offset >= 0 and offset + size <= len(self.head):
            return self.head[offset : offset + size]
        return self._read(offset, size)

    def number(self, offset: int, size: int, order: Order) -> int:
        """Return an unsigned number of ``size`` bytes; bytes beyond the end count as none."""
        return int.from_bytes(self.at(offset, size), order)

    def all(self) -> bytes:
        """Return all bytes; none of a file larger than 1 GiB."""
        return self.at(0, self.size) if self.size <= _LARGEST else b""

    def tail(self, size: int) -> bytes:
        """Return the last ``size`` bytes, or all if there are fewer."""
        return self.at(max(0, self.size - size), size)


def missing(what: str, promised: int, there: int) -> str:
    """Return the words for a part of ``promised`` bytes of which only ``there`` are there."""
    return f"{what} is {promised} bytes long, and {max(0, there)} are there"


def short(what: str, promised: int, there: int, unknown: int = MOST) -> str | None:
    """Return what is missing of a part; ``None`` if nothing is, or if its size is unknown."""
    return missing(what, promised, there) if there < promised < unknown else None


def chunks(
    file: File,
    first: int,
    order: Order,
    size_bytes: int = 4,
    name_bytes: int = 4,
    own: int = 0,
    padding: int = 2,
) -> Iterator[tuple[bytes, int, int]]:
    """Give the name, the body's offset and the body's size of each chunk, in bytes.

    ``own`` is how many bytes of the chunk's header its size field counts, ``padding`` the multiple
    to which chunks are padded:

        | name | size | body ............ | padding | name | size | ...
        |<--- own --->|<- size - own --->|
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
