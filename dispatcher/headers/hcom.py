"""The Macintosh's HCOM in MacBinary, whose header has the size of the data fork."""

from dispatcher.headers.container import Container, short

_HEADER = 128
CONTAINER = Container(
    "hcom",
    rb"\0.{64}FSSD.{59}HCOM",
    missing=lambda file: short("its data fork", file.number(83, 4, "big"), file.size - _HEADER),
)
