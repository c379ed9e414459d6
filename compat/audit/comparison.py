"""Compare one file as both sides decode it, block by block.

Of a long file only one block of each side is in memory. If the sides differ, the file is decoded
again, to find a shift or a factor that explains the whole difference. A short file stays in memory
for that.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from compat.audit import alignment, pairing, wording
from compat.audit.measures import Measure, as_float
from compat.audit.reading import Reading
from compat.audit.rows import INFO_FIELDS, Row
from dispatcher.streaming import BLOCK_FRAMES

if TYPE_CHECKING:
    import numpy.typing as npt

    from compat.audit.options import Terms
    from compat.audit.sides import OneSide

    Block = npt.NDArray[Any]

# Search for short shifts first: codecs pad by a few thousand frames, and a wide search costs more.
_NEAR_SHIFT = 1 << 13
# at most this share of the energy of a difference may remain once it is explained
_SHARE = 1 / 16
_LIKENESS = 0.97
# a lossy codec reacts to the end of a file a few thousand frames before it
_TAIL = 1 << 13
_PROBE = 1 << 18


class _Explained(NamedTuple):
    """A shift and a factor, and the difference that remains."""

    shift: int
    factor: float
    squares: float
    measure: Measure


class _Probe:
    """The first part of one channel where both sides differ, to find the shift in."""

    def __init__(self) -> None:
        self.old: list[Block] = []
        self.new: list[Block] = []
        self._channel = 0
        self._frames = 0

    def take(self, old: Block, new: Block) -> None:
        """Keep the channel that changes most in the next blocks, until there is enough.

        A loud tone is alike at every period; a softer noise at one shift only.
        """
        if self._frames >= _PROBE:
            return
        if not self._frames:
            self._channel = (
                int(np.square(np.diff(as_float(old))).sum(axis=1).argmax()) if len(old) > 1 else 0
            )
        self.old.append(as_float(old[self._channel]).copy())
        self.new.append(as_float(new[self._channel]).copy())
        self._frames += max(old.shape[1], new.shape[1])

    def lag(self, max_lag: int) -> int | None:
        """Return the shift between the sides, once blocks were taken."""
        return alignment.lag(np.concatenate(self.old), np.concatenate(self.new), max_lag)


def compare(
    row: Row,
    paths: tuple[str, str],
    sides: tuple[OneSide, OneSide],
    terms: Terms,
    block_frames: int = BLOCK_FRAMES,
) -> Row:
    """Fill in a row.

    Args:
        row: with the path and stamp filled in.
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
    row.from_side, row.to_side, row.terms, row.tolerance = (
        terms.old,
        terms.new,
        terms.digest,
        terms.tolerance,
    )
    with old, new:
        _compare(row, old, new, terms)
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
    if old.error is not None or new.error is not None:
        row.kind = (
            "error_both" if old.error and new.error else "error_from" if old.error else "error_to"
        )
    else:
        _judge(row, old, new, measure, probe, comparable, terms)
    row.note = wording.note(row)


def _describe(row: Row, old: Reading, new: Reading) -> None:
    """Fill in the metadata of each side, and the names of the fields that differ."""
    for prefix, one in (("from", old), ("to", new)):
        row_set: dict[str, Any] = {
            "error": one.error,
            "backend": one.backend,
            "warning": " ".join(one.warnings) or None,
        }
        if one.metadata is not None:
            row_set["rate"] = one.metadata.sample_rate
            row_set["channels"] = one.channels or one.metadata.num_channels
            row_set["frames"], row_set["dtype"] = one.frames, one.dtype
            if one.side.has_info:
                row_set["encoding"], row_set["bits"] = (
                    one.metadata.encoding,
                    one.metadata.bits_per_sample,
                )
                row_set["info_frames"] = (
                    one.frames if one.metadata.num_frames < 0 else one.metadata.num_frames
                )
        for name, value in row_set.items():
            setattr(row, f"{prefix}_{name}", value)
    if row.from_rate and row.from_frames:
        row.seconds = row.from_frames / row.from_rate
    elif row.to_rate and row.to_frames:
        row.seconds = row.to_frames / row.to_rate
    if old.error is None and new.error is None:
        compared = ["rate", "channels", "dtype"] + (
            list(INFO_FIELDS) if old.side.has_info and new.side.has_info else []
        )
        row.fields = ",".join(name for name in compared if _differs(row, name))


def _differs(row: Row, name: str) -> bool:
    """Return whether a field differs; the dtype is unknown for a side that gave no samples."""
    old, new = getattr(row, f"from_{name}"), getattr(row, f"to_{name}")
    return old != new and not (name == "dtype" and None in (old, new))


def _judge(
    row: Row,
    old: Reading,
    new: Reading,
    measure: Measure,
    probe: _Probe,
    comparable: bool,
    terms: Terms,
) -> None:
    """Set the class of a file that both sides read."""
    essential = {"rate", "channels", "dtype"} & set(row.fields.split(","))
    if comparable:
        row.largest, row.rms, row.starts = measure.largest, measure.rms, measure.first
    if not comparable or ("rate" in essential and old.frames != new.frames):
        row.largest = row.rms = row.starts = None
        row.kind = "metadata"
        return
    if "rate" in essential:  # a shift can be found only between samples of one rate
        row.kind = "metadata"
        return
    row.kind = _of_samples(row, old, new, measure, probe, terms)
    if essential or (row.fields and row.kind in ("identical", "tolerance")):
        row.kind = "metadata"


def _of_samples(
    row: Row, old: Reading, new: Reading, measure: Measure, probe: _Probe, terms: Terms
) -> str:
    """Return the class by the samples alone."""
    if measure.first is None:
        if old.frames != new.frames:
            return "length"
        return "identical" if measure.exact else "tolerance"
    if old.frames != new.frames and measure.first >= max(
        measure.frames - _TAIL, measure.frames // 2
    ):
        return "length"
    found = _explain(old, new, measure, probe, terms)
    if found is None:
        return "different"
    row.left_largest, row.left_rms = found.measure.largest, found.measure.rms
    if found.shift:
        row.shift = found.shift
    if found.factor != 1.0:
        row.factor = found.factor
    return {(True, False): "shifted", (False, True): "scaled", (True, True): "shifted_scaled"}[
        bool(found.shift), found.factor != 1.0
    ]


def _explain(
    old: Reading, new: Reading, measure: Measure, probe: _Probe, terms: Terms
) -> _Explained | None:
    """Find the simplest explanation: a factor, a shift, or both; ``None`` if none explains it."""

    def tried(shift: int, factor: float) -> Measure:
        found = Measure(terms.tolerance)
        for first, second in pairing.paired(old, new, shift):
            first, second = as_float(first), as_float(second)
            found.add(first if factor == 1.0 else first * first.dtype.type(factor), second)
        return found

    def fits(found: Measure, before: float) -> bool:
        if not found.frames or found.frames < measure.frames // 2:
            return False
        return found.first is None or (
            found.squares / found.samples <= before * _SHARE and found.likeness >= _LIKENESS
        )

    apart = measure.squares / measure.samples
    if (
        abs(measure.likeness) >= _LIKENESS
        and measure.left_squares / measure.samples <= apart * _SHARE
    ):
        scaled = tried(0, measure.factor)
        if fits(scaled, apart):
            return _Explained(0, measure.factor, scaled.squares, scaled)
    for reach in (min(_NEAR_SHIFT, terms.max_shift), terms.max_shift):
        shift = probe.lag(reach)
        if shift:
            shifted = tried(shift, 1.0)
            if fits(shifted, apart) and not _worth_scaling(shifted):
                return _Explained(shift, 1.0, shifted.squares, shifted)
            if abs(shifted.likeness) >= _LIKENESS:
                both = tried(shift, shifted.factor)
                if fits(both, min(apart, shifted.squares / max(shifted.samples, 1))):
                    return _Explained(shift, shifted.factor, both.squares, both)
            if fits(shifted, apart):
                return _Explained(shift, 1.0, shifted.squares, shifted)
        if reach >= terms.max_shift:
            break
    return None


def _worth_scaling(shifted: Measure) -> bool:
    """Return whether a factor would explain most of what remains after a shift."""
    return shifted.first is not None and shifted.left_squares <= shifted.squares * _SHARE
