"""GSM without a header; each of its frames begins with the same four bits."""

from dispatcher.headers.container import Container, File, missing

_FRAME, _LOOKS = 33, 16


def _missing(file: File) -> str | None:
    rest, begin = file.size % _FRAME, file.at(0, _LOOKS * _FRAME)
    is_one = file.size > len(begin) and all(byte >> 4 == 13 for byte in begin[::_FRAME])
    return missing("its last frame", _FRAME, rest) if is_one and rest else None


CONTAINER = Container("gsm", rb"[\xd0-\xdf]", missing=_missing)
