"""Flash video: each tag gives its size, and the size is repeated after it."""

from dispatcher.headers.container import Container, File

_KINDS = (8, 9, 18)
_TAG_HEADER, _REPEATED = 11, 4


def _missing(file: File) -> str | None:
    size = int.from_bytes(file.tail(_REPEATED), "big")
    most = file.size - _REPEATED
    tag = file.at(most - size, 4) if _TAG_HEADER <= size <= most else b""
    whole = (
        len(tag) == 4
        and tag[0] & 31 in _KINDS
        and int.from_bytes(tag[1:], "big") == size - _TAG_HEADER
    )
    return None if whole else "its last tag is incomplete"


CONTAINER = Container("flv", rb"FLV\x01", missing=_missing)
