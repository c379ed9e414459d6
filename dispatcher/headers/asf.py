"""Microsoft's ASF (wma, wmv): objects, each with its size after a name of 16 bytes."""

from dispatcher.headers.container import Container, File, chunks, short

_OBJECT = 24


def _missing(file: File) -> str | None:
    for _, at, size in chunks(file, 0, "little", 8, 16, _OBJECT, 0):
        if at + size > file.size:
            what = "its data object" if at > _OBJECT else "its header object"
            return short(what, size + _OBJECT, file.size - at + _OBJECT)
    return None


CONTAINER = Container("wma", rb"\x30\x26\xb2\x75", missing=_missing, complete=True)
