"""Buffers that cut a stream of frames into chunks, and let the oldest go where they are full.

Recorded of the releases: a chunk's time is that of the frame in which it begins, plus the number of samples into that frame,
both in units of the stream's time base. Where that base is not the sample rate (mp3, asf) the time is off by so much. A chunk that is
dropped, or forgotten by ``seek``, leaves its time to those that come after it.

::

    frames     |----f0----|----f1----|----f2----|
    chunks     |--c0--|--c1--|--c2--|--c3--|--c4--|     c1 begins in f0, at f0.pts + 4/6 of it
"""

from __future__ import annotations

import collections
import functools
from typing import TYPE_CHECKING, Any, Protocol

from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from dispatcher.streams.chunks import ChunkTensor


class Frame(Protocol):
    """A decoded frame as arrays: a piece of sound, or one picture."""

    length: int

    def shape(self) -> tuple[int, ...]:
        """The shape of a chunk's frame: ``(channel,)`` or ``(channel, height, width)``."""

    def dtype(self) -> str:
        """numpy's name for the type of samples."""

    def copy(self, first: int, into: npt.NDArray[Any]) -> None:
        """Copy so many frames as ``into`` has, from ``first`` on."""


def _check_shape(before: npt.NDArray[Any], frame: Frame) -> None:
    """Refuse a frame that does not go into one chunk with those before it.

    Raises:
        BackendError: (a RuntimeError) it has other channels, or another size.
    """
    found, wanted = tuple(frame.shape()), before.shape[1:]
    if found != wanted:
        raise BackendError(f"the stream changes on its way: a frame of {list(found)} comes after one of {list(wanted)}")


class Chunked:
    """Chunks of ``frames_per_chunk`` frames; of more than ``limit`` the oldest is dropped, where it is not negative."""

    def __init__(self, frames_per_chunk: int, limit: int) -> None:
        self._size, self._limit = frames_per_chunk, limit
        self._chunks: collections.deque[npt.NDArray[Any]] = collections.deque()
        self._times: collections.deque[float] = collections.deque()
        self.frames: int = 0

    @property
    def ready(self) -> bool:
        return self.frames >= self._size

    def push(self, frame: Frame, pts: int, per_second: float) -> None:
        """Take a frame that is presented at ``pts``, in units of which there are so many in a second."""
        import numpy as np

        first, length, size = 0, frame.length, self._size
        filled = self.frames % size
        if filled:
            first = min(length, size - filled)
            _check_shape(self._chunks[-1], frame)
            frame.copy(0, self._chunks[-1][filled : filled + first])
            self.frames += first
        while first < length:
            taken = min(size, length - first)
            chunk = np.empty((size, *frame.shape()), frame.dtype())
            frame.copy(first, chunk[:taken])
            self._chunks.append(chunk)
            self._times.append((pts + first) / per_second)
            self.frames += taken
            first += taken
            if 0 < self._limit < len(self._chunks):
                self._chunks.popleft()
                self.frames -= size

    def pop(self) -> ChunkTensor | None:
        """Give the oldest chunk, or what there is of it; ``None`` where there is nothing."""
        if not self.frames:
            return None
        data = self._chunks.popleft()[: self.frames]
        self.frames -= len(data)
        return _tensor(data, self._times.popleft())

    def flush(self) -> None:
        """Forget what is buffered."""
        self._chunks.clear()
        self.frames = 0


class Whole:
    """One chunk of all that came since the last."""

    def __init__(self) -> None:
        self._pieces: list[npt.NDArray[Any]] = []
        self._pts = 0.0
        self.frames: int = 0

    @property
    def ready(self) -> bool:
        return self.frames > 0

    def push(self, frame: Frame, pts: int, per_second: float) -> None:
        """Take a frame that is presented at ``pts``, in units of which there are so many in a second."""
        import numpy as np

        if not self._pieces:
            self._pts = pts / per_second
        if self._pieces:
            _check_shape(self._pieces[-1], frame)
        piece = np.empty((frame.length, *frame.shape()), frame.dtype())
        frame.copy(0, piece)
        self._pieces.append(piece)
        self.frames += frame.length

    def pop(self) -> ChunkTensor | None:
        """Give all that came; ``None`` where there is nothing."""
        import numpy as np

        if not self.frames:
            return None
        data = self._pieces[0] if len(self._pieces) == 1 else np.concatenate(self._pieces)
        self.flush()
        return _tensor(data, self._pts)

    def flush(self) -> None:
        """Forget what is buffered."""
        self._pieces, self.frames = [], 0


@functools.cache
def _makers() -> tuple[Callable[[Any], Any], Callable[[Any, float], ChunkTensor]]:
    """The two steps from an array to a chunk; looked up once, since this is done for every chunk."""
    import torch

    from dispatcher.streams.chunks import chunk

    return torch.from_numpy, chunk


def _tensor(data: npt.NDArray[Any], pts: float) -> ChunkTensor:
    from_numpy, chunk = _makers()
    return chunk(from_numpy(data), pts)


Buffer = Chunked | Whole
