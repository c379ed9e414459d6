"""Measure the difference of two streams of samples, summed up block by block."""

import dataclasses
import math
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[Any]

# fits into a processor's cache, and keeps sums in float32 exact to seven digits
_PIECE = 1 << 14
# the difference where one side is not finite and the other is something else
_NOT_A_NUMBER = float(np.finfo(np.float32).max)


def as_float(samples: Samples) -> Samples:
    """Return samples of any dtype as contiguous floating point with a full scale of 1."""
    if samples.dtype.kind == "f":
        return np.ascontiguousarray(samples)
    size = samples.dtype.itemsize
    found: Samples = np.ascontiguousarray(samples, "float64" if size > 2 else "float32")
    found = found * found.dtype.type(2.0 ** (1 - 8 * size))
    return found - 1 if samples.dtype.kind == "u" else found


def finite(samples: Samples) -> Samples:
    """Return samples with those that are no finite number set to 0."""
    return np.where(np.isfinite(samples), samples, samples.dtype.type(0))


@dataclasses.dataclass
class Measure:
    """The sums over all frames that both sides have at the same places.

    Attributes:
        tolerance: differences up to this do not set ``first``.
        frames: how many were compared.
        first: the first frame that differs by more than the tolerance.
        largest: the largest difference; 0 if no sample differs at all.
    """

    tolerance: float
    frames: int = 0
    samples: int = 0
    first: int | None = None
    largest: float = 0.0
    squares: float = 0.0
    old_squares: float = 0.0
    new_squares: float = 0.0
    products: float = 0.0

    def add(self, old: Samples, new: Samples) -> bool:
        """Add the next frames, ``[channel, time]``, of one shape; return whether they are equal."""
        at = self.frames
        self.frames += old.shape[1]
        self.samples += old.size
        if not self.largest and old.dtype == new.dtype and np.array_equal(old, new):
            return True
        same = True
        old, new = as_float(old), as_float(new)
        for start in range(0, old.shape[1], _PIECE):
            piece = np.s_[:, start : start + _PIECE]
            same &= self._piece(old[piece], new[piece], at + start)
        return same

    def _piece(self, old: Samples, new: Samples, at: int) -> bool:
        channels = len(old)
        old, new = np.ascontiguousarray(old).reshape(-1), np.ascontiguousarray(new).reshape(-1)
        with np.errstate(all="ignore"):
            apart = new - old
            largest = max(float(apart.max()), -float(apart.min()))
            if not math.isfinite(largest):
                old, new, apart = _finite(old, new)
                largest = float(apart.max())
            self.old_squares += float(np.dot(old, old))
            self.new_squares += float(np.dot(new, new))
            self.products += float(np.dot(old, new))
        if largest == 0:
            return True
        self.squares += float(np.dot(apart, apart)) if largest < 1e15 else largest
        self.largest = max(self.largest, largest)
        if self.first is None and largest > self.tolerance:
            differ = (np.abs(apart) > self.tolerance).reshape(channels, -1).any(axis=0)
            self.first = at + int(np.argmax(differ))
        return largest <= self.tolerance

    @property
    def rms(self) -> float:
        """Return the root mean square of the differences."""
        return math.sqrt(self.squares / self.samples) if self.samples else 0.0

    @property
    def factor(self) -> float:
        """Return the factor that brings the old samples closest to the new ones."""
        return self.products / self.old_squares if self.old_squares > 0 else 1.0

    @property
    def left_rms(self) -> float:
        """Return the root mean square of the differences that remain after that factor."""
        if self.old_squares <= 0:
            return self.rms
        squares = self.new_squares - self.products * self.products / self.old_squares
        return math.sqrt(max(squares, 0.0) / self.samples)

    @property
    def likeness(self) -> float:
        """Return the correlation of both sides, from -1 to 1."""
        both = self.old_squares * self.new_squares
        return self.products / math.sqrt(both) if both > 0 else 0.0

    @property
    def is_finite(self) -> bool:
        """Return whether the sides have the same NaN and infinities at the same places."""
        return self.largest < _NOT_A_NUMBER


def _finite(old: Samples, new: Samples) -> tuple[Samples, Samples, Samples]:
    """Return both sides with values that are not finite set to 0, and their difference.

    The difference is huge where only one side is not finite.
    """
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    fine = np.isfinite(old) & np.isfinite(new)
    old, new = finite(old), finite(new)
    apart = np.where(fine, np.abs(new.astype(np.float64) - old), _NOT_A_NUMBER)
    return old, new, np.where(same, 0, apart)
