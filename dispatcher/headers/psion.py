"""Psion's WVE: a count of A-law samples."""

from dispatcher.headers.container import Container, short

_HEADER = 32
CONTAINER = Container(
    "wve",
    rb"ALawSoundFile\*\*\0",
    missing=lambda file: short("its sound", file.number(18, 4, "big"), file.size - _HEADER),
)
