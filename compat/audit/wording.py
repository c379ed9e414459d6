"""Describe the outcome of a file in a sentence, with its numbers."""

import math
from collections.abc import Callable

from compat.audit.rows import Row

_FIELDS = {
    "rate": "sample rate", "channels": "channels", "dtype": "dtype",
    "encoding": "encoding of info()",
    "bits": "bits_per_sample of info()",
    "info_frames": "num_frames of info()",
}  # fmt: skip


def _decibels(ratio: float) -> str:
    return f"{20 * math.log10(ratio):.1f} dB" if ratio > 0 else "silence"


def _apart(largest: float | None, rms: float | None) -> str:
    largest, rms = largest or 0.0, rms or 0.0
    return f"largest difference {largest:.3g} ({_decibels(largest)}), RMS {rms:.3g}"


def _fields(row: Row) -> str:
    return ", ".join(
        f"{_FIELDS[name]} {getattr(row, f'from_{name}')} -> {getattr(row, f'to_{name}')}"
        for name in filter(None, row.fields.split(","))
    )


def _length(row: Row) -> str:
    old, new = row.from_frames or 0, row.to_frames or 0
    if old == new:
        return ""
    return (
        f"the new side has {abs(new - old)} frames {'more' if new > old else 'fewer'} ({old} -> "
        f"{new})"
    )


def _samples(row: Row) -> str:
    if row.largest is None:
        return "the samples cannot be compared"
    return "the samples are the same" if row.starts is None else _apart(row.largest, row.rms)


def _tail(row: Row) -> str:
    if row.starts is None:
        return ""
    common = min(row.from_frames or 0, row.to_frames or 0)
    return f"the last {common - row.starts} frames of the common part differ"


def _shifted(row: Row) -> tuple[str, ...]:
    shift = row.shift or 0
    has = "lacks" if shift > 0 else "adds"
    left = "otherwise identical"
    if row.left_largest:
        left = f"once aligned: {_apart(row.left_largest, row.left_rms)}"
    return f"the new side {has} {abs(shift)} frames at the beginning", left


def _scaled(row: Row) -> tuple[str, ...]:
    factor = row.factor or 0.0
    how = f"{_decibels(abs(factor))}{', inverted' if factor < 0 else ''}"
    words = f"the new side is {abs(factor):.6g} times the old one ({how})"
    return words, f"once scaled: {_apart(row.left_largest, row.left_rms)}"


# by class, what a row says before its length and its fields; one that is not here has errors alone
_WORDS: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "tolerance": lambda row: (_apart(row.largest, row.rms),),
    "metadata": lambda row: (_fields(row), _length(row), _samples(row)),
    "length": lambda row: (_length(row), _tail(row)),
    "shifted": _shifted,
    "scaled": _scaled,
    "shifted_scaled": lambda row: (*_shifted(row), *_scaled(row)),
    "different": lambda row: (_apart(row.largest, row.rms), f"from frame {row.starts} on"),
}


def note(row: Row) -> str:
    """Return what a row says, for people; each thing once."""
    if row.kind in _WORDS:
        parts = *_WORDS[row.kind](row), _length(row), _fields(row)
    else:
        old, new = row.from_error or "", row.to_error or ""
        parts = old, "" if new in old else new
    return "; ".join(dict.fromkeys(filter(None, parts)))
