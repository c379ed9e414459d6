"""MPEG transport streams: packets of one size, each with the same first byte."""

from dispatcher.headers.container import Container, File, missing

_PACKET = 188
_PIECE = _PACKET << 12
_SYNC = b"\x47"
_OTHERS = bytes({*range(256)} - {*_SYNC})
_LOOKS = 4


def _is_one(file: File) -> bool:
    return all(file.at(_PACKET * number, 1) == _SYNC for number in range(_LOOKS))


def _missing(file: File) -> str | None:
    rest = file.tail(file.size % _PACKET)  # a packet, unless it is a tag or zeros
    return (
        missing("its last packet", _PACKET, len(rest))
        if rest[:1] == _SYNC and _is_one(file)
        else None
    )


def _damage(file: File, frames: int, end: int | None) -> str | None:
    """Look for a packet that does not begin as one and has another behind it; FFmpeg loses it."""
    is_looked_at = end is None and file.is_searched and _is_one(file)
    pieces = range(0, file.size if is_looked_at else 0, _PIECE)
    starts = b"".join(file.at(at, _PIECE)[::_PACKET] for at in pieces).rstrip(_OTHERS)
    good = len(starts) - len(starts.lstrip(_SYNC))
    return f"no packet begins at its byte {good * _PACKET}" if good < len(starts) else None


CONTAINER = Container("ts", _SYNC, missing=_missing, damage=_damage)
