"""Chunks and their times, as recorded of the releases."""

from typing import Any

import numpy as np

from dispatcher.streams.buffers import Chunked, Whole
from tests.tables import table


class Count:
    """A frame whose samples are counted from ``first``."""

    shape = (1,)
    dtype = "int64"

    def __init__(self, first: int, length: int) -> None:
        self.first, self.length = first, length

    def copy(self, first: int, into: Any) -> None:
        into[...] = np.arange(self.first + first, self.first + first + len(into))[:, None]


def _pushed(buffer: Any, total: int, frame: int) -> Any:
    for first in range(0, total, frame):
        buffer.push(Count(first, min(frame, total - first)), first, 1.0)
    return buffer


def _popped(buffer: Any) -> list[tuple[float, int, int]]:
    """Time, first sample and length of each chunk."""
    found = []
    while (chunk := buffer.pop()) is not None:
        found.append((chunk.pts, int(chunk[0, 0]), len(chunk)))
    return found


@table(
    "size, limit, total, frame, wanted",
    {
        "as they come": (1000, -1, 2500, 1024, [(0, 0, 1000), (1000, 1000, 1000), (2000, 2000, 500)]),
        "one frame, many chunks": (300, -1, 1000, 1000, [(0, 0, 300), (300, 300, 300), (600, 600, 300), (900, 900, 100)]),
        "larger than all": (5000, 3, 4000, 1024, [(0, 0, 4000)]),
        "the oldest are dropped, and leave their times": (1000, 3, 4000, 4000, [(0, 1000, 1000), (1000, 2000, 1000), (2000, 3000, 1000)]),
        "one is kept": (1000, 1, 4000, 4000, [(0, 3000, 1000)]),
        "a part is kept": (300, 2, 4000, 4000, [(0, 3600, 300), (300, 3900, 100)]),
    },
)
def test_chunks_are_cut(size: int, limit: int, total: int, frame: int, wanted: list[tuple[Any, ...]]) -> None:
    """Data, times and lengths were compared with the real 2.2.2."""
    assert _popped(_pushed(Chunked(size, limit), total, frame)) == wanted


def test_a_seek_forgets_data_and_keeps_times() -> None:
    """What comes next has the time of what was forgotten."""
    buffer = _pushed(Chunked(800, 3), 1152, 1152)
    assert buffer.pop() is not None
    buffer.flush()
    assert not buffer.ready
    buffer.push(Count(16128, 1152), 16128, 1.0)
    assert _popped(buffer) == [(800, 16128, 800), (16128, 16928, 352)]


def test_without_a_size_all_is_one_chunk() -> None:
    buffer = _pushed(Whole(), 2500, 1024)
    assert buffer.ready
    assert _popped(buffer) == [(0, 0, 2500)]
    assert not buffer.ready
