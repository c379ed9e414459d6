"""Buffers that cut a stream of frames into chunks, and drop the oldest when they are full.

As recorded of the releases, a chunk's time is that of the frame in which it begins plus the number
of samples into that frame, both in units of the stream's time base. Where that base is not the
sample rate (mp3, asf) the time is off by as much. A chunk that is dropped, or discarded by
``seek``, leaves its time to the next chunk.

::

    frames     |----f0----|----f1----|----f2----|
    chunks     |--c0--|--c1--|--c2--|--c3--|--c4--|     c1 begins in f0, at f0.pts + 4/6 of it
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from dispatcher import lazily
from dispatcher.errors import BackendError
from dispatcher.lazily import np, npt, torch
from dispatcher.streams.frames import Frame

if TYPE_CHECKING:
    from dispatcher.streams import chunks as chunks
else:
    chunks = lazily.module("dispatcher.streams.chunks")


def _check_shape(before: npt.NDArray[Any], frame: Frame) -> None:
    """Refuse a frame that does not fit into one chunk with those before it.

    Raises:
        BackendError: (a RuntimeError) its channels or its size differ.
    """
    found, wanted = frame.shape, before.shape[1:]
    if found != wanted:
        raise BackendError(
            f"the stream changes on its way: a frame of {list(found)} comes after one of "
            f"{list(wanted)}"
        )


class Chunked:
    """Chunks of ``frames_per_chunk`` frames, at most ``limit`` if that is positive.

    With one more chunk the oldest is dropped.
    """

    def __init__(self, frames_per_chunk: int, limit: int) -> None:
        self._size, self._limit = frames_per_chunk, limit
        self._chunks: collections.deque[npt.NDArray[Any]] = collections.deque()
        self._times: collections.deque[float] = collections.deque()
        self.frames: int = 0

    @property
    def ready(self) -> bool:
        return self.frames >= self._size

    def push(self, frame: Frame, pts: int, per_second: float) -> None:
        """Take a frame of time ``pts``, in units of ``1 / per_second`` seconds."""
        first, length, size = 0, frame.length, self._size
        filled = self.frames % size
        if filled:
            first = min(length, size - filled)
            _check_shape(self._chunks[-1], frame)
            frame.copy(0, self._chunks[-1][filled : filled + first])
            self.frames += first
        while first < length:
            taken = min(size, length - first)
            chunk = np.empty((size, *frame.shape), frame.dtype)
            frame.copy(first, chunk[:taken])
            self._chunks.append(chunk)
            self._times.append((pts + first) / per_second)
            self.frames += taken
            first += taken
            if 0 < self._limit < len(self._chunks):
                self._chunks.popleft()
                self.frames -= size

    def pop(self) -> chunks.ChunkTensor | None:
        """Return the oldest chunk, or what there is of it; ``None`` if there is nothing."""
        if not self.frames:
            return None
        data = self._chunks.popleft()[: self.frames]
        self.frames -= len(data)
        return _tensor(data, self._times.popleft())

    def flush(self) -> None:
        """Discard what is buffered."""
        # the times stay, as in the releases: see the module's docstring
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
        """Take a frame of time ``pts``, in units of ``1 / per_second`` seconds."""
        if not self._pieces:
            self._pts = pts / per_second
        if self._pieces:
            _check_shape(self._pieces[-1], frame)
        piece = np.empty((frame.length, *frame.shape), frame.dtype)
        frame.copy(0, piece)
        self._pieces.append(piece)
        self.frames += frame.length

    def pop(self) -> chunks.ChunkTensor | None:
        """Return all that came; ``None`` if there is nothing."""
        if not self.frames:
            return None
        data = self._pieces[0] if len(self._pieces) == 1 else np.concatenate(self._pieces)
        self.flush()
        return _tensor(data, self._pts)

    def flush(self) -> None:
        """Discard what is buffered."""
        self._pieces, self.frames = [], 0


def _tensor(data: npt.NDArray[Any], pts: float) -> chunks.ChunkTensor:
    return chunks.chunk(torch.from_numpy(data), pts)


Buffer = Chunked | Whole
