"""How many frames two recordings of the same sound lie apart, by cross-correlation.

The signals are differentiated first: a sound's bass correlates with itself over many frames, its edges only at one. At each
lag the correlation is divided by the energy of what overlaps there, so that a loud place elsewhere does not win.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Signal = npt.NDArray[Any]

_WINDOW = 1 << 14
_LEAST_OVERLAP = 0.25
_LEAST_LIKENESS = 0.2
_TIE = 1e-4
_NEAR = 2


def lag(old: Signal, new: Signal, max_lag: int) -> int | None:
    """The n for which ``old[i + n]`` is most like ``new[i]``; ``None`` where nothing is like anything.

    Args:
        old: ``[time]``.
        new: ``[time]``, from the same place on.
        max_lag: frames to look to each side.
    """
    if min(len(old), len(new)) < 2:
        return None
    found = _one_way(old, new, max_lag)
    if found is None:  # the loudest place of the old side may be what the new one lacks
        found = _one_way(new, old, max_lag)
        return None if found is None else -found
    return found


def _one_way(old: Signal, new: Signal, max_lag: int) -> int | None:
    """The lag at which the loudest window of one signal is found in the other."""
    start = _loudest(old)
    begin = max(0, start - max_lag)
    window, region = old[start : start + _WINDOW], new[begin : start + _WINDOW + max_lag]
    found = _peak(np.diff(window), np.diff(region), start - begin, max_lag)
    return None if found is None else _refined(window, region, start - begin, found)


def _loudest(signal: Signal) -> int:
    """Where the window with the most energy begins."""
    if len(signal) <= _WINDOW:
        return 0
    whole = len(signal) // _WINDOW
    energy = np.square(np.diff(signal[: whole * _WINDOW], prepend=0).reshape(whole, _WINDOW)).sum(axis=1)
    return int(energy.argmax()) * _WINDOW


def _peak(window: Signal, region: Signal, offset: int, max_lag: int) -> int | None:
    """The lag with the highest correlation; of several that are as high, an upright one, and the nearest to 0."""
    size = _fast(len(window) + len(region) - 1)
    spectrum = np.fft.rfft(region, size) * np.conj(np.fft.rfft(window, size))
    products = np.fft.irfft(spectrum, size)
    # place p of the region, from the first that overlaps the window's last sample to the region's last sample
    places = np.arange(1 - len(window), len(region))
    places = places[np.abs(offset - places) <= max_lag]
    first, last = np.maximum(-places, 0), np.minimum(len(window), len(region) - places)
    places = places[last - first >= max(1, _LEAST_OVERLAP * min(len(window), len(region)))]
    if not len(places):
        return None
    first, last = np.maximum(-places, 0), np.minimum(len(window), len(region) - places)
    energies = _energy(window, first, last) * _energy(region, places + first, places + last)
    floor = 1e-12 * float(energies.max())
    if floor <= 0:
        return None
    signed = products[places % size] / np.sqrt(np.maximum(energies, floor))
    likeness = np.abs(signed)
    best = float(likeness.max())
    if best < _LEAST_LIKENESS:
        return None
    good = _tops(likeness) & (likeness >= best * (1 - _TIE))
    upright = good & (signed > 0)
    lags = offset - places[upright if upright.any() else good]
    return int(lags[np.abs(lags).argmin()])


def _tops(values: Signal) -> npt.NDArray[np.bool_]:
    """Which values are at least as high as both neighbours."""
    before, after = np.r_[-np.inf, values[:-1]], np.r_[values[1:], -np.inf]
    top: npt.NDArray[np.bool_] = (values >= before) & (values >= after)
    return top


def _energy(signal: Signal, first: Signal, last: Signal) -> Signal:
    """The energies of the slices ``first:last``."""
    sums = np.r_[0.0, np.cumsum(np.square(signal, dtype=np.float64))]
    found: Signal = np.maximum(sums[last] - sums[first], 0)
    return found


def _refined(window: Signal, region: Signal, offset: int, found: int) -> int:
    """The lag of the smallest difference among the nearest, whatever the sign and the loudness."""

    def apart(candidate: int) -> float:
        place = offset - candidate
        first, last = max(-place, 0), min(len(window), len(region) - place)
        if last - first < 2:
            return np.inf
        old, new = window[first:last].astype(np.float64), region[place + first : place + last].astype(np.float64)
        energy = float(np.dot(old, old)) * float(np.dot(new, new))
        return 1 - abs(float(np.dot(old, new))) / np.sqrt(energy) if energy > 0 else np.inf

    return min(range(found - _NEAR, found + _NEAR + 1), key=lambda candidate: (apart(candidate), abs(candidate - found)))


def _fast(size: int) -> int:
    """The next size for which a Fourier transform is fast: a power of two, or three quarters of one."""
    power = 1 << (size - 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= size else power
