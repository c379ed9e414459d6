"""Convert FFmpeg's decoded frames to arrays, in the frame's own dtype or as float32."""

from __future__ import annotations

from typing import Any, NamedTuple

from dispatcher.lazily import np, npt


class SampleFormat(NamedTuple):
    """One of FFmpeg's sample formats: numpy's dtype, whether channels have planes, scale and zero.

    A sample is ``(value - zero) * scale`` in [-1, 1].
    """

    dtype: str
    planar: bool
    scale: float
    zero: int = 0

    @property
    def width(self) -> int:
        """Return the bytes of a sample."""
        return _WIDTHS[self.dtype]


_WIDTHS = {"uint8": 1, "int16": 2, "int32": 4, "int64": 8, "float32": 4, "float64": 8}


FORMATS = {
    "u8": SampleFormat("uint8", False, 2.0**-7, 128),
    "u8p": SampleFormat("uint8", True, 2.0**-7, 128),
    "s16": SampleFormat("int16", False, 2.0**-15),
    "s16p": SampleFormat("int16", True, 2.0**-15),
    "s32": SampleFormat("int32", False, 2.0**-31),
    "s32p": SampleFormat("int32", True, 2.0**-31),
    "s64": SampleFormat("int64", False, 2.0**-63),
    "s64p": SampleFormat("int64", True, 2.0**-63),
    "flt": SampleFormat("float32", False, 1.0),
    "fltp": SampleFormat("float32", True, 1.0),
    "dbl": SampleFormat("float64", False, 1.0),
    "dblp": SampleFormat("float64", True, 1.0),
}


def convert(data: npt.NDArray[Any], kind: SampleFormat, out: npt.NDArray[Any]) -> None:
    """Copy samples into an array of the same shape; scale integers if the array is float32."""
    if out.dtype == data.dtype:
        out[...] = data
    elif kind.scale == 1.0:
        with np.errstate(all="ignore"):  # what is beyond float32 becomes infinite, as in torch
            out[...] = data
    else:
        np.multiply(data, np.float32(kind.scale), out=out, dtype=np.float32, casting="unsafe")
        if kind.zero:
            out -= np.float32(1.0)
