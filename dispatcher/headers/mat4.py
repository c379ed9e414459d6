"""MATLAB 4: matrices, each with its rows, its columns and its type."""

from dispatcher.headers.container import MOST_STEPS, Container, File, Order, short

_HEADER = 20
_WIDTHS = (8, 4, 4, 2, 2, 1)
_LAST_TYPE, _LONGEST_NAME = 5000, 256


def _missing(file: File) -> str | None:
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, _HEADER)
        if len(head) < _HEADER:
            return None
        order: Order = "big" if head[:2] == b"\0\0" and head[:4] != b"\0\0\0\0" else "little"
        kind, rows, columns, imaginary, name = (
            int.from_bytes(head[place : place + 4], order) for place in range(0, _HEADER, 4)
        )
        width = kind % 100 // 10
        if kind > _LAST_TYPE or width >= len(_WIDTHS) or imaginary > 1 or name > _LONGEST_NAME:
            return None
        size = rows * columns * (1 + imaginary) * _WIDTHS[width]
        begin = at + _HEADER + name
        at = begin + size
        if at > file.size:
            return short("its last matrix", size, file.size - begin)
    return None


# libsndfile reads only those whose first matrix has this name
CONTAINER = Container("mat4", rb"\0\0[\0\x03].{17}samplerate", missing=_missing)
