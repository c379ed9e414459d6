"""AMR, narrowband and wideband: frames, whose first byte tells their type and so their size."""

from collections.abc import Iterator

from dispatcher.headers.container import Container, File, missing

NARROWBAND, _WIDEBAND = b"#!AMR\n", b"#!AMR-WB\n"
# bytes of a frame by its type; 0 for reserved types
_SIZES = {
    NARROWBAND: (13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1),
    _WIDEBAND: (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1),
}
_LARGEST = 1 << 20


def frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Give the offset and the size of each frame of a file; the size 0 for a reserved type."""
    magic = next((magic for magic in _SIZES if data.startswith(magic)), b"")
    at = len(magic)
    while magic and at < len(data):
        size = _SIZES[magic][data[at] >> 3 & 15]
        yield at, size
        at += size or 1


def _missing(file: File) -> str | None:
    at = size = 0
    for at, size in frames(file.all()) if file.size <= _LARGEST else ():  # noqa: B007
        pass
    there = file.size - at
    return missing("its last frame", size, there) if size > there else None


CONTAINER = Container("amr", rb"#!AMR(?:-WB)?\n", missing=_missing)
