"""Psion's WVE: a count of A-law samples."""

from dispatcher.headers.container import Container
from dispatcher.headers.file import File, short

_HEADER = 32


def _missing(file: File) -> str | None:
    return short("its sound", file.number(18, 4, "big"), file.size - _HEADER)


CONTAINER = Container("wve", rb"ALawSoundFile\*\*\0", missing=_missing)
