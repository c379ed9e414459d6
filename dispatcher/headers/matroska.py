"""Matroska and WebM: elements within elements; the Segment holds the sound."""

from dispatcher.headers.container import Container
from dispatcher.headers.file import File, short

_SEGMENT = 0x18538067
_LONGEST_START = 12


def _element(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Return the identifier, the size and the body's offset of an EBML element.

    The size is ``None`` if the element says that it is unknown. Leading zero bits tell how many
    bytes a number has:

        1xxxxxxx                    1 byte
        01xxxxxx xxxxxxxx           2 bytes      all x = 1 in a size: unknown
        001xxxxx xxxxxxxx xxxxxxxx  3 bytes

    A size loses its marker bit, an identifier keeps it.
    """
    id_length = 9 - data[at].bit_length()
    length = 9 - data[at + id_length].bit_length()
    most = (1 << 7 * length) - 1
    body = at + id_length + length
    value = int.from_bytes(data[at + id_length : body], "big") & most
    name = int.from_bytes(data[at : at + id_length], "big")
    return name, None if value == most else value, body


def _missing(file: File) -> str | None:
    data, at = file.head, 0
    while at + _LONGEST_START < len(data):
        name, size, body = _element(data, at)
        if size is None:
            return None
        if name == _SEGMENT:
            return short("its Segment", size, file.size - body)
        at = body + size
    return None


CONTAINER = Container("mkv", rb"\x1a\x45\xdf\xa3", missing=_missing, complete=True)
