"""A file as headers are read from it, and the walk through its chunks."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, Self, TypeVar

HEAD = 4096
BLOCK = 1 << 17  # so small that it stays in the processor's cache
UNKNOWN = 0x7FFF_F000  # a 32-bit size from here on means that the length is unknown
MOST = 1 << 62  # no size that is meant is larger
MOST_STEPS = 1 << 16
_LARGEST = 1 << 30
Order = Literal["little", "big"]
_Parsed = TypeVar("_Parsed")


class File:
    """An open file or file object, read at any place; its first 4 KiB are read once."""

    def __init__(self) -> None:
        # no cached_property: in Python 3.11 one slow file would stop those of all other threads
        self._head: bytes | None = None
        self._parsed: dict[Callable[[Any], Any], Any] = {}

    def read(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes from ``offset`` on, fewer at the file's end."""
        raise NotImplementedError

    @property
    def head(self) -> bytes:
        """Return the first 4 KiB."""
        if self._head is None:
            self._head = self.read(0, HEAD)
        return self._head

    @property
    def size(self) -> int:
        """Return how many bytes there are."""
        raise NotImplementedError

    def parsed(self, parse: Callable[[Self], _Parsed]) -> _Parsed:
        """Return what ``parse`` makes of this file; it is called once."""
        if parse not in self._parsed:
            self._parsed[parse] = parse(self)
        found: _Parsed = self._parsed[parse]
        return found

    remembered = parsed  # an open file keeps it for later calls

    def at(self, offset: int, size: int) -> bytes:
        """Return ``size`` bytes from ``offset`` on, fewer at the file's end."""
        head, end = self._head or self.head, offset + size
        return head[offset:end] if offset >= 0 and end <= len(head) else self.read(offset, size)

    def number(self, offset: int, size: int, order: Order) -> int:
        """Return an unsigned number of ``size`` bytes; bytes beyond the end count as none."""
        return int.from_bytes(self.at(offset, size), order)

    def all(self) -> bytes:
        """Return all bytes; none of a file that is not searched."""
        return self.at(0, self.size) if self.is_searched else b""

    @property
    def is_searched(self) -> bool:
        """Return whether it may be searched to its end; a file larger than 1 GiB is not."""
        return self.size <= _LARGEST

    def blocks(self, further: int) -> Iterator[tuple[int, bytes]]:
        """Give each block's offset and bytes, of which the last ``further`` are of the next one."""
        for at in range(0, self.size, BLOCK):
            yield at, self.at(at, BLOCK + further)

    def tail(self, size: int) -> bytes:
        """Return the last ``size`` bytes, or all if there are fewer."""
        return self.at(max(0, self.size - size), size)


class Bytes(File):
    """The bytes of a file."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def read(self, offset: int, size: int) -> bytes:
        return self._data[offset : offset + size]

    @property
    def size(self) -> int:
        return len(self._data)


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


def short_chunk(
    file: File, walk: Iterator[tuple[bytes, int, int]], name: bytes, unknown: int = MOST
) -> str | None:
    """Return what is missing of the first chunk whose name begins so; ``None`` if nothing is."""
    for found, at, size in walk:
        if found.startswith(name):
            return short(f"its chunk {name.decode()!r}", size, file.size - at, unknown)
    return None
