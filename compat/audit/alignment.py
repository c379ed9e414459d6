"""Find the shift in frames between two recordings of the same audio, by cross-correlation.

The signals are differentiated first: bass correlates with itself over many frames, but an edge at
one only. The correlation at each lag is divided by the energy of the overlapping frames, so that a
loud passage elsewhere does not win.
"""

import numpy as np

from compat.audit.measures import Samples

_WINDOW = 1 << 14
_LEAST_OVERLAP = 0.25
_LEAST_LIKENESS = 0.2
_TIE = 1e-4


def lag(old: Samples, new: Samples, max_lag: int) -> int | None:
    """Return the n for which ``old[i + n]`` is most like ``new[i]``; ``None`` if nothing is alike.

    Args:
        old: ``[time]``.
        new: ``[time]``, starting at the same frame.
        max_lag: frames to search to each side.
    """
    if min(len(old), len(new)) < 2:
        return None
    old, new = (signal / (np.abs(signal).max() or 1) for signal in (old, new))  # squares overflow
    found = _one_way(old, new, max_lag)
    if found is None:  # the loudest passage of the old side may be missing on the new one
        found = _one_way(new, old, max_lag)
        return None if found is None else -found
    return found


def _one_way(old: Samples, new: Samples, max_lag: int) -> int | None:
    """Return the lag at which the loudest window of one signal is found in the other."""
    start = _loudest(old)
    begin = max(0, start - max_lag)
    window, region = old[start : start + _WINDOW], new[begin : start + _WINDOW + max_lag]
    return _peak(np.diff(window), np.diff(region), start - begin, max_lag)


def _loudest(signal: Samples) -> int:
    """Return the first frame of the window with the most energy."""
    if len(signal) <= _WINDOW:
        return 0
    whole = len(signal) // _WINDOW
    energy = np.square(np.diff(signal[: whole * _WINDOW], prepend=0).reshape(whole, _WINDOW)).sum(
        axis=1
    )
    return int(energy.argmax()) * _WINDOW


def _peak(window: Samples, region: Samples, offset: int, max_lag: int) -> int | None:
    """Return the lag with the highest correlation.

    Of equally high ones, prefer a positive correlation, then the lag nearest to 0.
    """
    least = len(window) + len(region) - 1
    power = 1 << (least - 1).bit_length()
    size = power * 3 // 4 if power * 3 // 4 >= least else power  # both have a fast transform
    spectrum = np.fft.rfft(region, size) * np.conj(np.fft.rfft(window, size))
    products = np.fft.irfft(spectrum, size)
    # the places in the region where the window may begin: all at which the two overlap
    places = np.arange(1 - len(window), len(region))
    places = places[np.abs(offset - places) <= max_lag]
    first, last = np.maximum(-places, 0), np.minimum(len(window), len(region) - places)
    enough = last - first >= max(1, _LEAST_OVERLAP * min(len(window), len(region)))
    if not enough.any():
        return None
    places, first, last = places[enough], first[enough], last[enough]
    energies = _energy(window, first, last) * _energy(region, places + first, places + last)
    floor = 1e-12 * float(energies.max())
    if floor <= 0:
        return None
    signed = products[places % size] / np.sqrt(np.maximum(energies, floor))
    likeness = np.abs(signed)
    best = float(likeness.max())
    if best < _LEAST_LIKENESS:
        return None
    around = np.r_[-np.inf, likeness, -np.inf]
    tops = (likeness >= around[:-2]) & (likeness >= around[2:])
    good = tops & (likeness >= best * (1 - _TIE))
    upright = good & (signed > 0)
    lags = offset - places[upright if upright.any() else good]
    return int(lags[np.abs(lags).argmin()])


def _energy(signal: Samples, first: Samples, last: Samples) -> Samples:
    """Return the energies of the slices ``first:last``."""
    sums = np.r_[0.0, np.cumsum(np.square(signal, dtype=np.float64))]
    found: Samples = sums[last] - sums[first]
    return found.clip(0)
