"""Microsoft's ASF (wma, wmv): objects, each with its size after a name of 16 bytes."""

import re

from dispatcher.headers.container import Container, File, chunks, short

_OBJECT = 24
# the properties of a file whose flags say that it was broadcast, so that its sizes are unknown
_LIVE = re.compile(b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11.{80}[\1\3]", re.DOTALL)


def _missing(file: File) -> str | None:
    for _, at, size in chunks(file, 0, "little", 8, 16, _OBJECT, 0):
        if at + size > file.size and not _LIVE.search(file.head):
            what = "its data object" if at > _OBJECT else "its header object"
            return short(what, size + _OBJECT, file.size - at + _OBJECT)
    return None


CONTAINER = Container("wma", rb"\x30\x26\xb2\x75", missing=_missing, complete=True)
