"""Read the stored samples of a PCM WAV file, to tell which backends return them."""

from __future__ import annotations

from dispatcher.headers import wave
from dispatcher.headers.file import File
from dispatcher.lazily import np, npt
from dispatcher.reading.opened import look

_MOST_CHANNELS = 64
_LOOKED_AT = 1 << 20  # bytes
# floats stored in place of integers lie between this and full scale
_LEAST = 2.0**-20


def layout(file: File) -> tuple[wave.Wave, wave.Format, int] | None:
    """Return the chunks of a WAV file, its format, and a sample's bytes; ``None`` for others."""
    found = wave.read(file) if file.head.startswith((b"RIFF", b"RIFX")) else None
    if found is None or found.format is None:
        return None
    return found, found.format, found.format.frame_bytes // max(1, found.format.channels)


def beginning(path: str) -> npt.NDArray[np.float64] | None:
    """Return the first samples ``[channel, time]`` with full scale 1; ``None`` if ambiguous."""
    return look(path, _beginning)


def _beginning(file: File) -> npt.NDArray[np.float64] | None:
    told = layout(file)
    if told is None:
        return None
    found, form, width = told
    if not width or not 0 < form.channels <= _MOST_CHANNELS:
        return None
    frame = width * form.channels
    data = file.at(found.begin, min(_LOOKED_AT, found.size or _LOOKED_AT) // frame * frame)
    data = data[: len(data) // frame * frame]
    samples = None
    if form.encoding == wave.FLOAT and (width, form.used_bits) in ((4, 32), (8, 64)):
        order = ">" if found.order == "big" else "<"
        samples = np.frombuffer(data, f"{order}f{width}").astype(np.float64)
    elif form.encoding == wave.PCM:
        samples = _integers(data, width, form.used_bits, is_big=found.order == "big")
    if samples is None or not samples.size:
        return None
    return np.ascontiguousarray(samples.reshape(-1, form.channels).T)


def _integers(
    data: bytes, width: int, bits: int, *, is_big: bool
) -> npt.NDArray[np.float64] | None:
    """Decode integers; if they do not fill their bytes, only where one reading is possible."""
    if (width, bits) == (1, 8):
        return (np.frombuffer(data, np.uint8) - 128.0) / 128
    if width not in (2, 3, 4) or not 8 < bits <= 8 * width:
        return None
    wide = np.zeros((len(data) // width, 4), np.uint8)
    rows = np.frombuffer(data, np.uint8).reshape(-1, width)
    wide[:, 4 - width :] = rows[:, ::-1] if is_big else rows
    left = wide.view("<i4").ravel().astype(np.int64)
    spare = 8 * width - bits
    return _not_filling(left, spare, width, bits) if spare else left / 2.0**31


def _not_filling(
    left: npt.NDArray[np.int64], spare: int, width: int, bits: int
) -> npt.NDArray[np.float64] | None:
    """Read samples from the upper bits, the lower bits or as floats; ``None`` if several fit."""
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
    if upper == bool((np.abs(values) < full).all()):
        return None
    return left / 2.0**31 if upper else values / full
