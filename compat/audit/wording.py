"""Describe the outcome of a file in a sentence, with its numbers."""

from __future__ import annotations

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
    if largest is None or rms is None:
        return ""
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


def _metadata(row: Row) -> str:
    if row.largest is None:
        return _join(_fields(row), _length(row), "the samples cannot be compared")
    same = "the samples are the same" if row.starts is None else _apart(row.largest, row.rms)
    return _join(_fields(row), _length(row), same)


def _shifted(row: Row) -> str:
    shift = row.shift or 0
    has = "lacks" if shift > 0 else "adds"
    left = (
        "otherwise identical"
        if not row.left_largest
        else f"once aligned: {_apart(row.left_largest, row.left_rms)}"
    )
    return _join(
        f"the new side {has} {abs(shift)} frames at the beginning", left, _length(row), _fields(row)
    )


def _scaled(row: Row) -> str:
    factor = row.factor or 0.0
    turned = ", inverted" if factor < 0 else ""
    left = (
        "" if row.left_largest is None else f"once scaled: {_apart(row.left_largest, row.left_rms)}"
    )
    return _join(
        f"the new side is {abs(factor):.6g} times the old one ({_decibels(abs(factor))}{turned})",
        left,
        _length(row),
        _fields(row),
    )


def _other_length(row: Row) -> str:
    tail = (
        ""
        if row.starts is None
        else (
            f"the last {min(row.from_frames or 0, row.to_frames or 0) - row.starts} frames of "
            "the common part differ"
        )
    )
    return _join(_length(row), tail, _fields(row))


def _different(row: Row) -> str:
    return _join(
        _apart(row.largest, row.rms), f"from frame {row.starts} on", _length(row), _fields(row)
    )


def _join(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _both(old: str, new: str) -> str:
    return _join(old, "" if new in old else new)


_WORDS: dict[str, Callable[[Row], str]] = {
    "identical": lambda row: "",
    "tolerance": lambda row: _apart(row.largest, row.rms),
    "metadata": _metadata,
    "length": _other_length,
    "shifted": _shifted,
    "scaled": _scaled,
    "shifted_scaled": lambda row: _join(_shifted(row), _scaled(row)),
    "different": _different,
    "error_from": lambda row: row.from_error or "",
    "error_to": lambda row: row.to_error or "",
    "error_both": lambda row: _both(row.from_error or "", row.to_error or ""),
    "crashed": lambda row: row.from_error or "",
}  # fmt: skip


def note(row: Row) -> str:
    """Return what a row says, for people."""
    return _WORDS[row.kind](row)
