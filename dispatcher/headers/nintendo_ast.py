"""Nintendo's AST: the total size of its blocks."""

from dispatcher.headers.container import Container, short

_HEADER = 64
CONTAINER = Container(
    "ast",
    b"STRM",
    missing=lambda file: short("its sound", file.number(4, 4, "big"), file.size - _HEADER),
)
