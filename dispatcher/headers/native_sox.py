"""SoX's own format: the header's bytes, and a count of 32-bit samples."""

from dispatcher.headers.container import Container
from dispatcher.headers.file import File, Order, short


def _missing(file: File) -> str | None:
    order: Order = "little" if file.head.startswith(b".SoX") else "big"
    begin, samples = 4 + file.number(4, 4, order), file.number(8, 8, order)
    return short("its sound", 4 * samples, file.size - begin)


CONTAINER = Container("sox", rb"\.SoX|XoS\.", missing=_missing)
