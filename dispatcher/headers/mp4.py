"""MP4 and its relatives (m4a, mov, 3gp): boxes, each with its size before its name."""

from dispatcher.headers.container import MOST_STEPS, Container, File, missing

_BOX = 8
_SIZE_FOLLOWS = 1  # the size is in the next 8 bytes
# the boxes that may be long: a tag or text behind the last box looks like one of another name
_LONG = frozenset(b"ftyp moov mdat moof mfra free skip wide uuid meta udta sidx styp emsg".split())


def _missing(file: File) -> str | None:
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 2 * _BOX)
        if len(head) < _BOX:
            return None
        size = int.from_bytes(head[:4], "big")
        if size == _SIZE_FOLLOWS:
            size = int.from_bytes(head[8:16], "big")
        if size < _BOX:  # 0 means "up to the file's end"
            return None
        if at + size > file.size and head[4:8] in _LONG:
            return missing(f"its box {head[4:8].decode()!r}", size, file.size - at)
        at += size
    return None


CONTAINER = Container("mp4", b".{4}ftyp", missing=_missing, complete=True)
