"""Compare one file as both sides decode it, block by block.

Of a long file only one block of each side is in memory. If the sides differ, the file is decoded
again, to find a shift or a factor that explains the whole difference. A short file stays in memory
for that.
"""

import time
from typing import Any

import numpy as np

from compat.audit import alignment, wording
from compat.audit.measures import Measure, Samples, as_float, finite
from compat.audit.options import Terms
from compat.audit.reading import Reading, paired
from compat.audit.rows import INFO_FIELDS, Row
from compat.audit.sides import OneSide
from dispatcher.streaming import BLOCK_FRAMES

# Search for short shifts first: codecs pad by a few thousand frames, and a wide search costs more.
_NEAR_SHIFT = 1 << 13
# at most this share of the RMS of a difference may remain once it is explained
_SHARE = 1 / 4
_LIKENESS = 0.97
# a lossy codec reacts to the end of a file a few thousand frames before it
_TAIL = 1 << 13
_PROBE = 1 << 18


class _Probe:
    """The first part of one channel where both sides differ, to find the shift in."""

    def __init__(self) -> None:
        self.old: list[Samples] = []
        self.new: list[Samples] = []
        self._channel = 0
        self._frames = 0

    def take(self, old: Samples, new: Samples) -> None:
        """Keep the channel that changes most in the next blocks, until there is enough.

        A loud tone is alike at every period; a softer noise at one shift only.
        """
        if self._frames >= _PROBE:
            return
        if not self._frames and len(old) > 1:
            with np.errstate(all="ignore"):
                changes = np.square(np.diff(as_float(old))).sum(axis=1)
            self._channel = int(finite(changes).argmax())
        self.old.append(finite(as_float(old[self._channel])))
        self.new.append(finite(as_float(new[self._channel])))
        self._frames += max(old.shape[1], new.shape[1])


def compare(
    row: Row,
    paths: tuple[str, str],
    sides: tuple[OneSide, OneSide],
    terms: Terms,
    block_frames: int = BLOCK_FRAMES,
) -> Row:
    """Fill in a row.

    Args:
        row: what is known of the file before it is read.
        paths: what the old side and the new side read; usually the same file.
        sides: the old one and the new one.
        terms: the tolerance, and what else decides.
        block_frames: frames decoded at a time.

    Raises:
        BackendUnavailable: a side's backend does not work on this machine.
    """
    begun = time.perf_counter()
    old, new = (
        Reading(side, path, normalize=terms.normalize, block_frames=block_frames)
        for side, path in zip(sides, paths, strict=True)
    )
    with old, new:
        _compare(row, old, new, terms)
    row.note = wording.note(row)
    row.took = time.perf_counter() - begun
    return row


def _compare(row: Row, old: Reading, new: Reading, terms: Terms) -> None:
    measure, probe = Measure(terms.tolerance), _Probe()
    comparable = True
    while True:
        first, second = old.take(), new.take()
        if first is None and second is None:
            break
        if first is None or second is None:
            continue
        comparable = comparable and len(first) == len(second)
        if comparable:
            common = min(first.shape[1], second.shape[1])
            if not measure.add(first[:, :common], second[:, :common]):
                probe.take(first, second)
    _describe(row, old, new)
    if old.error or new.error:
        both = old.error and new.error
        row.kind = "error_both" if both else "error_from" if old.error else "error_to"
    else:
        row.kind = _judged(row, old, new, measure if comparable else None, probe, terms)


def _describe(row: Row, old: Reading, new: Reading) -> None:
    """Fill in the metadata of each side, and the names of the fields that differ."""
    for prefix, one in (("from", old), ("to", new)):
        for name, value in _columns(one).items():
            setattr(row, f"{prefix}_{name}", value)
    if row.from_rate and row.from_frames:
        row.seconds = row.from_frames / row.from_rate
    elif row.to_rate and row.to_frames:
        row.seconds = row.to_frames / row.to_rate
    if not old.error and not new.error:
        by_info = INFO_FIELDS if old.side.has_info and new.side.has_info else ()
        compared = ("rate", "channels", "dtype", *by_info)
        row.fields = ",".join(name for name in compared if _differs(row, name))


def _columns(one: Reading) -> dict[str, Any]:
    """Return a row's columns of one side, without their prefix."""
    known: dict[str, Any] = {
        "error": one.error,
        "backend": one.backend,
        "warning": " ".join(one.warnings) or None,
    }
    told = one.metadata
    if told is None:
        return known
    channels = one.channels or told.num_channels
    known |= {"rate": told.sample_rate, "channels": channels}
    known |= {"frames": one.frames, "dtype": one.dtype}
    if one.side.has_info:
        frames = one.frames if told.num_frames < 0 else told.num_frames
        known |= {"encoding": told.encoding, "bits": told.bits_per_sample, "info_frames": frames}
    return known


def _differs(row: Row, name: str) -> bool:
    """Return whether a field differs; the dtype is unknown for a side that gave no samples."""
    old, new = getattr(row, f"from_{name}"), getattr(row, f"to_{name}")
    return old != new and not (name == "dtype" and None in (old, new))


def _judged(
    row: Row,
    old: Reading,
    new: Reading,
    measure: Measure | None,
    probe: _Probe,
    terms: Terms,
) -> str:
    """Return the class of a file that both sides read; no measure if their channels differ."""
    differing = set(row.fields.split(","))
    if measure is None or ("rate" in differing and old.frames != new.frames):
        return "metadata"
    row.largest, row.rms, row.starts = measure.largest, measure.rms, measure.first
    if "rate" in differing:  # a shift can be found only between samples of one rate
        return "metadata"
    kind = _of_samples(row, old, new, measure, probe, terms)
    same = kind in ("identical", "tolerance")
    essential = not differing.isdisjoint({"channels", "dtype"})
    return "metadata" if essential or (row.fields and same) else kind


def _of_samples(
    row: Row, old: Reading, new: Reading, measure: Measure, probe: _Probe, terms: Terms
) -> str:
    """Return the class by the samples alone."""
    if measure.first is None and old.frames == new.frames:
        return "tolerance" if measure.largest else "identical"
    tail = max(measure.frames - _TAIL, measure.frames // 2)
    if old.frames != new.frames and (measure.first is None or measure.first >= tail):
        return "length"
    found = _explained(old, new, measure, probe, terms)
    if found is None:
        return "different"
    shift, factor, left = found
    row.left_largest, row.left_rms = left.largest, left.rms
    row.shift = shift or None
    row.factor = None if factor == 1.0 else factor
    return "shifted_scaled" if row.shift and row.factor else "shifted" if row.shift else "scaled"


def _explained(
    old: Reading, new: Reading, measure: Measure, probe: _Probe, terms: Terms
) -> tuple[int, float, Measure] | None:
    """Find the simplest explanation: a factor, a shift, or both; ``None`` if none explains it.

    Returns:
        The shift, the factor, and the difference that remains.
    """

    def tried(shift: int, factor: float) -> Measure:
        found = Measure(terms.tolerance)
        for first, second in paired(old, new, shift):
            first, second = as_float(first), as_float(second)
            found.add(first if factor == 1.0 else first * first.dtype.type(factor), second)
        return found

    def fits(found: Measure, before: float) -> bool:
        if not found.is_finite or found.frames < max(measure.frames // 2, 1):
            return False
        return found.first is None or (found.rms <= before * _SHARE and found.likeness >= _LIKENESS)

    if abs(measure.likeness) >= _LIKENESS and measure.left_rms <= measure.rms * _SHARE:
        scaled = tried(0, measure.factor)
        if fits(scaled, measure.rms):
            return 0, measure.factor, scaled
    for reach in sorted({min(_NEAR_SHIFT, terms.max_shift), terms.max_shift}):
        shift = alignment.lag(np.concatenate(probe.old), np.concatenate(probe.new), reach)
        if not shift:
            continue
        shifted = tried(shift, 1.0)
        fitting = fits(shifted, measure.rms)
        if fitting and (shifted.first is None or shifted.left_rms > shifted.rms * _SHARE):
            return shift, 1.0, shifted
        if abs(shifted.likeness) >= _LIKENESS:
            both = tried(shift, shifted.factor)
            if fits(both, min(measure.rms, shifted.rms)):
                return shift, shifted.factor, both
        if fitting:
            return shift, 1.0, shifted
    return None
