"""MPEG transport streams: packets of one size, each with the same first byte."""

from dispatcher.headers.container import Container, File, missing

_PACKET = 188
_SYNC = b"\x47"
_LOOKS = 4


def _missing(file: File) -> str | None:
    rest = file.size % _PACKET
    is_one = all(file.at(_PACKET * number, 1) == _SYNC for number in range(_LOOKS))
    return missing("its last packet", _PACKET, rest) if is_one and rest else None


CONTAINER = Container("ts", _SYNC, missing=_missing)
