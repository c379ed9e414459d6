"""Decoded frames as arrays: sound as ``[time, channel]``, pictures as ``[channel, height, width]``.

A buffer asks either kind for ``length``, the frames of a chunk that it becomes; ``shape`` and
``dtype``, those of each; and ``copy``.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from dispatcher.errors import BackendError
from dispatcher.lazily import av, np, npt
from dispatcher.reading import sample_formats
from dispatcher.streams import graphs


class Sound:
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
        """Fill ``into`` with samples, from ``first`` on."""
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


class Layout(NamedTuple):
    """Where a pixel format keeps its channels: the plane of each, and its place in a pixel.

    ``step`` is the number of samples in a pixel of such a plane.
    """

    channels: tuple[tuple[int, int], ...]
    step: int = 1
    halved: tuple[int, ...] = ()  # planes of half the width and height: each sample is repeated
    dtype: str = "uint8"
    centred: bool = False  # unsigned 16 bits, from which half of their range is subtracted


def _packed(order: str, dtype: str = "uint8") -> Layout:
    return Layout(tuple((0, place) for place in range(len(order))), len(order), (), dtype)


_PLANES = ((0, 0), (1, 0), (2, 0))
LAYOUTS = {
    "rgb24": _packed("rgb"),
    "bgr24": _packed("bgr"),
    "rgba": _packed("rgba"),
    "bgra": _packed("bgra"),
    "argb": _packed("argb"),
    "abgr": _packed("abgr"),
    "rgb48le": _packed("rgb", "int16")._replace(centred=True),
    "gray": _packed("y"),
    "yuv444p": Layout(_PLANES),
    "yuv420p": Layout(_PLANES, 1, (1, 2)),
    "yuv420p10le": Layout(_PLANES, 1, (1, 2), "int16"),
    "nv12": Layout(((0, 0), (1, 0), (1, 1)), 1, (1,)),
}
# FFmpeg converts YUV to planar RGB in half the time of packed RGB, with the same values
PLANAR = {"rgb24": ((2, 0), (0, 0), (1, 0)), "bgr24": ((1, 0), (0, 0), (2, 0))}
PLANAR_FORMAT = "gbrp"
_STEPS = {("nv12", 1): 2}
_HALF = -(1 << 15)
_WIDTHS = {"uint8": 1, "int16": 2}


class Picture:
    """Pictures of one size and format, looked at one at a time.

    Args:
        frame: one of them.
        wanted: the format asked for, if the pictures come in ``PLANAR_FORMAT`` instead.

    Raises:
        BackendError: no release has a tensor's layout for the pixel format.
    """

    length = 1

    def __init__(self, frame: av.VideoFrame, *, wanted: str = "") -> None:
        name = frame.format.name
        if wanted in PLANAR and name == PLANAR_FORMAT:
            self._layout = Layout(PLANAR[wanted])
        elif name in LAYOUTS:
            self._layout = LAYOUTS[name]
        else:
            raise BackendError(
                f"pictures in FFmpeg's format {name} do not become tensors; "
                f"add format=pix_fmts=rgb24 to the filter, or another of {', '.join(LAYOUTS)}"
            )
        self._name, self._width, self._height = name, frame.width, frame.height
        self.shape: tuple[int, ...] = (len(self._layout.channels), frame.height, frame.width)
        self.dtype: str = self._layout.dtype
        self._frame = frame

    def fits(self, frame: av.VideoFrame) -> bool:
        """Return whether a picture has the size and format of the others."""
        return (
            frame.width == self._width
            and frame.height == self._height
            and frame.format.name == self._name
        )

    def take(self, frame: av.VideoFrame) -> None:
        """Look at another picture."""
        self._frame = frame

    def copy(self, first: int, into: npt.NDArray[Any]) -> None:
        """Fill ``into``, which has room for one picture."""
        frame = self._frame
        planes = frame.planes
        if any(plane.line_size < 0 for plane in planes):
            planes = upright(frame).planes
        layout, size = self._layout, _WIDTHS[self._layout.dtype]
        for channel, (number, place) in enumerate(layout.channels):
            step = _STEPS.get((self._name, number), layout.step) * size
            lines = planes[number].line_size
            target = into[0, channel]
            if number in layout.halved:
                _stretch(planes[number], place * size, lines, step, layout.dtype, target)
            else:
                target[...] = _view(
                    planes[number], target.shape, place * size, lines, step, layout.dtype
                )
        if layout.centred:
            into ^= into.dtype.type(_HALF)


def _view(
    plane: Any, shape: tuple[int, int], offset: int, lines: int, step: int, dtype: str
) -> npt.NDArray[Any]:
    return np.ndarray(shape, dtype, plane, offset, (lines, step))


def _stretch(
    plane: Any, offset: int, lines: int, step: int, dtype: str, target: npt.NDArray[Any]
) -> None:
    """Copy a plane of half the size into one of full size, each sample four times."""
    height, width = target.shape
    small = _view(plane, ((height + 1) // 2, (width + 1) // 2), offset, lines, step, dtype)
    for row in range(2):
        for column in range(2):
            part = target[row::2, column::2]
            part[...] = small[: part.shape[0], : part.shape[1]]


def upright(frame: av.VideoFrame) -> av.VideoFrame:
    """Copy a picture stored from the bottom up, as after ``vflip``, to one stored top down."""
    entering = graphs.PictureInput(
        frame.format.name,
        frame.width,
        frame.height,
        None,
        frame.time_base,  # type: ignore[arg-type]
    )
    _graph, source, sink = graphs.build("copy", entering)
    source.push(frame)
    source.push(None)
    return cast("av.VideoFrame", sink.pull())


Frame = Sound | Picture
