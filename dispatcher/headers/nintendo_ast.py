"""Nintendo's AST: the total size of its blocks."""

from dispatcher.headers.container import Container
from dispatcher.headers.file import File, short

_HEADER = 64


def _missing(file: File) -> str | None:
    return short("its sound", file.number(4, 4, "big"), file.size - _HEADER)


CONTAINER = Container("ast", b"STRM", missing=_missing)
