"""Collect decoded frames: copy their bytes straight into the result, or convert them on the way."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from dispatcher.errors import BackendError
from dispatcher.lazily import av, np, npt
from dispatcher.reading import sample_formats
from dispatcher.reading.collector import Collector

_STAGE_FRAMES = 1 << 15


class ChangedLayoutError(BackendError):
    """A frame has other channels than the ``found`` frames before it, or another sample format."""

    def __init__(self, before: tuple[str, int], frame: av.AudioFrame, found: int) -> None:
        self.channels: int = before[1]
        self.found: int = found
        super().__init__(
            f"the stream changes from {before[1]} channels of {before[0]} to "
            f"{frame.layout.nb_channels} of {frame.format.name}"
        )


class Sink:
    """The waveform that the frames of one stream become.

    A frame of a compressed stream has about a thousand samples, so the work for each frame is what
    costs: one copy of bytes for each plane, in a loop that calls nothing else. Conversions wait
    until there are enough samples to make a call of numpy worth it.

    Args:
        frame: one like those that will come; all must have its format and channels.
        room: frames to make room for at first.
        normalize: the result is float32; otherwise it has the frame's own dtype.
        channels_first: the result is ``[channel, time]``; otherwise ``[time, channel]``.
    """

    def __init__(
        self, frame: av.AudioFrame, room: int, normalize: bool, channels_first: bool
    ) -> None:
        self._name, self._channels = frame.format.name, frame.layout.nb_channels
        self._kind = sample_formats.FORMATS[self._name]
        dtype = "float32" if normalize else self._kind.dtype
        self._collected = Collector(self._channels, room, dtype, channels_first)
        # bytes of a frame in a row
        self._row_frame = self._kind.width * (1 if self._kind.planar else self._channels)
        self._direct = dtype == self._kind.dtype and (
            channels_first if self._kind.planar else not channels_first or self._channels == 1
        )
        self._rows: list[memoryview] = []
        self._at = self._capacity = 0  # bytes of each row that are used, and that there are
        self._staged: npt.NDArray[Any] | None = None
        self._stage = min(room, _STAGE_FRAMES)

    def take(self, frames: Iterable[av.AudioFrame], skip: int = 0, wanted: int = -1) -> None:
        """Take ``wanted`` frames, or all for -1, after the first ``skip`` of those that come.

        Raises:
            BackendError: the stream changes its layout on the way.
        """
        name, channels, width, view = self._name, self._channels, self._row_frame, memoryview
        begin, left = skip * width, wanted * width if wanted >= 0 else sys.maxsize
        at, capacity, rows = self._at, self._capacity, self._rows
        for frame in frames:
            if frame.layout.nb_channels != channels or frame.format.name != name:
                self._at = at
                self._flush()
                raise ChangedLayoutError((name, channels), frame, self._collected.frames)
            size = frame.samples * width - begin
            if size > left:
                size = left
            if at + size > capacity:
                self._at = at
                self._make_room(size // width)
                at, capacity, rows = self._at, self._capacity, self._rows
            planes: Any = frame.planes
            for row, plane in zip(rows, planes):  # noqa: B905 - equally many; checking that costs
                row[at : at + size] = view(plane)[begin : begin + size]
            at += size
            left -= size
            if not left:
                break
            begin = 0
        self._at = at

    def _make_room(self, frames: int) -> None:
        """Make room for ``frames`` more: in the result, or in the small array after emptying it."""
        self._flush()
        if self._direct:
            self._rows = self._collected.rows(frames)
            self._at = self._collected.frames * self._row_frame
        else:
            rows, columns = (self._channels, 1) if self._kind.planar else (1, self._channels)
            if self._staged is None or len(self._staged[0]) < frames * columns:
                self._staged = np.empty(
                    (rows, max(frames, self._stage) * columns), self._kind.dtype
                )
                staged: Any = self._staged
                self._rows = [memoryview(row).cast("B") for row in staged]
            self._at = 0
        self._capacity = len(self._rows[0])

    def _flush(self) -> None:
        """Pass on to the result what has come since the last time."""
        frames = self._at // self._row_frame
        if self._direct:
            self._collected.took(frames - self._collected.frames)
        elif self._staged is not None and frames:
            data = (
                self._staged[:, :frames]
                if self._kind.planar
                else self._staged[0, : frames * self._channels].reshape(frames, -1).T
            )
            sample_formats.convert(data, self._kind, self._collected.room(frames))
            self._collected.took(frames)
            self._at = 0

    def result(self) -> npt.NDArray[Any]:
        """Return all that was taken, contiguous."""
        self._flush()
        return self._collected.result()
