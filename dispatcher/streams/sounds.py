"""Decoded audio as arrays, ``[time, channel]``."""

from __future__ import annotations

from typing import Any

from dispatcher.lazily import av, np, npt
from dispatcher.reading import sample_formats
from dispatcher.streams.buffers import Frame


class Sound(Frame):
    """Audio frames of one format and number of channels, looked at one at a time.

    Args:
        frame: one of them.
        as_float: convert samples to float32, with the values of FFmpeg's
            ``aformat=sample_fmts=fltp``.
    """

    length: int = 0

    def __init__(self, frame: av.AudioFrame, *, as_float: bool) -> None:
        name = frame.format.name
        self._kind = sample_formats.FORMATS[name]
        self._name, self._channels = name, frame.layout.nb_channels
        self._rate = frame.sample_rate
        self.converts: bool = as_float and name != "fltp"
        self._as_float = as_float and self._kind.dtype != "float32"
        self.shape: tuple[int, ...] = (self._channels,)
        self.dtype: str = "float32" if self._as_float else self._kind.dtype
        self._planes: Any = ()

    def fits(self, frame: av.AudioFrame) -> bool:
        """Return whether a frame has the format, channels and sample rate of the others."""
        return (
            frame.format.name == self._name
            and frame.layout.nb_channels == self._channels
            and frame.sample_rate == self._rate
        )

    def take(self, frame: av.AudioFrame) -> None:
        """Look at another frame."""
        self.length = frame.samples
        # with very many channels PyAV counts more planes than there are
        self._planes = frame.planes[: self._channels]

    def copy(self, first: int, into: npt.NDArray[Any]) -> None:
        kind, channels, count = self._kind, self._channels, len(into)
        if not kind.planar:
            offset = first * channels * kind.width
            data = np.ndarray((count, channels), kind.dtype, self._planes[0], offset)
            if self._as_float and kind.zero:
                sample_formats.convert(data, kind, into)
                return
            into[...] = data
            if self._as_float:
                into *= into.dtype.type(kind.scale)
            return
        for channel, plane in enumerate(self._planes):
            row = np.ndarray((count,), kind.dtype, plane, first * kind.width)
            if self._as_float:
                sample_formats.convert(row, kind, into[:, channel])
            else:
                into[:, channel] = row
