"""The array that collects decoded samples.

It has its final layout from the start, and at first at most the room that a file of that size can
decode to.
"""

from __future__ import annotations

from typing import Any

from dispatcher.lazily import np, npt

_FIRST_FRAMES = 1 << 16
# flac holds thousands of frames of silence in a byte; beyond this the array grows as they come
_FRAMES_PER_BYTE = 64
_SHARE_TO_KEEP = 8
_MOVED_AT_ONCE = 1 << 18


def plausible(frames: int, size: int, channels: int = 1) -> int:
    """Return how many frames to make room for at first.

    Args:
        frames: what the header says; 0 if it does not.
        size: bytes of the file.
        channels: number of channels.
    """
    first = max(1, _FIRST_FRAMES // channels)
    return min(frames, max(first, size * _FRAMES_PER_BYTE // channels)) if frames > 0 else first


class Collector:
    """A waveform that is being read.

    Args:
        channels: number of channels.
        frames: room at first; it grows where more come.
        dtype: numpy's name of the result's dtype.
        channels_first: the result is ``[channel, time]``; otherwise ``[time, channel]``.
    """

    channels: int
    frames: int
    dtype: str
    channels_first: bool

    def __init__(self, channels: int, frames: int, dtype: str, channels_first: bool = True) -> None:
        self.channels, self.dtype, self.channels_first = channels, dtype, channels_first
        self.frames = 0
        self._capacity = frames
        self._planes = self._make(frames)

    def _make(self, frames: int) -> npt.NDArray[Any]:
        """Return a new array, seen as ``[channel, time]`` whatever its layout."""
        if self.channels_first:
            return np.empty((self.channels, frames), self.dtype)
        return np.empty((frames, self.channels), self.dtype).T

    def room(self, frames: int) -> npt.NDArray[Any]:
        """Return the view ``[channel, frames]`` to put the next frames into; then call ``took``."""
        end = self.frames + frames
        if end > self._capacity:
            self._capacity = max(end, 2 * self._capacity)
            grown = self._make(self._capacity)
            grown[:, : self.frames] = self._planes[:, : self.frames]
            self._planes = grown
        return self._planes[:, self.frames : end]

    def rows(self, frames: int) -> list[memoryview]:
        """Return the result's bytes from its beginning, with room for ``frames`` more.

        There is one row for each channel, or a single row of interleaved samples. They are valid
        until room is asked for again. For a packet of a thousand samples, copying through them
        costs a fraction of what numpy does.
        """
        self.room(frames)
        rows: Any = self._planes if self.channels_first else [self._planes.T]
        return [memoryview(row).cast("B") for row in rows]

    def took(self, frames: int) -> None:
        """Count ``frames`` that were put into the last room."""
        self.frames += frames

    def result(self) -> npt.NDArray[Any]:
        """Return the collected samples, contiguous, in the layout asked for.

        The array itself is returned, its channels moved together, unless more than an eighth of it
        is unused; then a copy is.
        """
        at, capacity, planes = self.frames, self._capacity, self._planes
        is_loose = (capacity - at) * _SHARE_TO_KEEP > capacity
        if not self.channels_first:
            used = planes.T[:at]
            return used.copy() if is_loose else used
        if at == capacity:
            return planes
        if is_loose:
            return planes[:, :at].copy()
        flat = planes.reshape(-1)
        for channel in range(1, self.channels):
            for first in range(0, at, _MOVED_AT_ONCE):
                count = min(_MOVED_AT_ONCE, at - first)
                target, source = channel * at + first, channel * capacity + first
                flat[target : target + count] = flat[source : source + count]
        return flat[: self.channels * at].reshape(self.channels, at)
