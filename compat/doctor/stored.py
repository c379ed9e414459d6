"""Read the stored samples of a PCM WAV file, to tell which backends return them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dispatcher.headers import wave
from dispatcher.headers.file import File
from dispatcher.reading.opened import look

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["Layout", "beginning", "layout"]

_MOST_CHANNELS = 64
_LOOKED_AT = 1 << 20  # bytes
# floats stored in place of integers lie between this and full scale
_LEAST = 2.0**-20


class Layout(NamedTuple):
    """How a WAV file stores its samples; ``begin`` and ``size`` of the data are in bytes."""

    order: str
    tag: int
    channels: int
    width: int
    bits: int
    begin: int
    size: int


def layout(file: File) -> Layout | None:
    """Return the layout by a file's header; ``None`` if it is not a WAV file."""
    found = wave.read(file) if file.head.startswith((b"RIFF", b"RIFX")) else None
    if found is None or found.format is None:
        return None
    form = found.format
    width = form.frame_bytes // max(1, form.channels)
    return Layout(
        found.order, form.encoding, form.channels, width, form.used_bits, found.begin, found.size
    )


def beginning(path: str) -> npt.NDArray[np.float64] | None:
    """Return the first samples ``[channel, time]`` with full scale 1; ``None`` if ambiguous."""
    return look(path, _beginning)


def _beginning(file: File) -> npt.NDArray[np.float64] | None:
    import numpy as np

    found = layout(file)
    if (
        found is None
        or found.tag not in (wave.PCM, wave.FLOAT)
        or not found.width
        or not 0 < found.channels <= _MOST_CHANNELS
    ):
        return None
    frame = found.width * found.channels
    data = file.at(found.begin, min(_LOOKED_AT, found.size or _LOOKED_AT) // frame * frame)
    data = data[: len(data) // frame * frame]
    samples = _floats(data, found) if found.tag == wave.FLOAT else _integers(data, found)
    return (
        None
        if samples is None or not samples.size
        else np.ascontiguousarray(samples.reshape(-1, found.channels).T)
    )


def _floats(data: bytes, found: Layout) -> npt.NDArray[np.float64] | None:
    import numpy as np

    if (found.width, found.bits) not in ((4, 32), (8, 64)):
        return None
    return np.frombuffer(data, f"{_sign(found)}f{found.width}").astype(np.float64)


def _integers(data: bytes, found: Layout) -> npt.NDArray[np.float64] | None:
    """Decode integers; if they do not fill their bytes, only where one reading is possible."""
    import numpy as np

    width, bits = found.width, found.bits
    if (width, bits) == (1, 8):
        return (np.frombuffer(data, np.uint8) - 128.0) / 128
    if width not in (2, 3, 4) or not 8 < bits <= 8 * width:
        return None
    wide = np.zeros((len(data) // width, 4), np.uint8)
    rows = np.frombuffer(data, np.uint8).reshape(-1, width)
    wide[:, 4 - width :] = rows[:, ::-1] if found.order == "big" else rows
    left = wide.view("<i4").ravel().astype(np.int64)
    spare = 8 * width - bits
    if not spare:
        return left / 2.0**31
    return _not_filling(left, spare, width, bits)


def _not_filling(
    left: npt.NDArray[np.int64], spare: int, width: int, bits: int
) -> npt.NDArray[np.float64] | None:
    """Read samples from the upper bits, the lower bits or as floats; ``None`` if several fit."""
    import numpy as np

    values = left >> (8 * (4 - width))
    if not values.any():
        return None
    full = 2.0 ** (bits - 1)
    if width == 4:
        with np.errstate(invalid="ignore"):
            floats = left.astype("<i4").view("<f4").astype(np.float64)
        sizes = np.abs(floats[floats != 0])
        if np.isfinite(floats).all() and (sizes >= _LEAST).all() and (sizes <= full).all():
            return floats / full  # integers read as floats would be tiny, huge or NaN
    upper = not (values & ((1 << spare) - 1)).any()
    lower = bool((np.abs(values) < full).all())
    if upper == lower:
        return None
    return left / 2.0**31 if upper else values / full


def _sign(found: Layout) -> str:
    return ">" if found.order == "big" else "<"
