"""Hold the result of one file as one flat row."""

from __future__ import annotations  # COLUMNS reads the types of fields as text

import dataclasses
from typing import Any

from compat.audit.classes import CLASSES

INFO_FIELDS = ("encoding", "bits", "info_frames")


@dataclasses.dataclass(slots=True)
class Row:
    """The result of one file.

    ``from_`` and ``to_`` are the two sides; ``None`` means "not known" or "does not apply".

    Attributes:
        path: as it was found.
        kind: the class; see ``compat.audit.classes``.
        note: the class in a sentence, with its numbers.
        fields: the metadata that differ, comma-separated.
        shift: frames that the new side lacks at its beginning (negative: has more).
        factor: what the old side's samples must be multiplied by to give the new side's.
        largest: the largest difference of two samples at the same frame; full scale is 1.
        rms: the root mean square of those differences.
        starts: the first frame that differs by more than the tolerance.
        left_largest: the largest difference that remains once ``shift`` and ``factor`` are undone.
        left_rms: the root mean square of what remains.
        seconds: the duration of the audio.
        took: seconds of work.
        other: the file that the new side read, if that is another.
        tolerance: differences up to this did not count.
        stamp: shows whether the file was changed since: its size and time, or its ETag.
        terms: the hash of the conditions of the comparison.
    """

    path: str
    kind: str = ""
    note: str = ""
    fields: str = ""
    from_side: str = ""
    to_side: str = ""
    from_backend: str | None = None
    to_backend: str | None = None
    from_error: str | None = None
    to_error: str | None = None
    from_warning: str | None = None
    to_warning: str | None = None
    from_rate: int | None = None
    to_rate: int | None = None
    from_channels: int | None = None
    to_channels: int | None = None
    from_frames: int | None = None
    to_frames: int | None = None
    from_dtype: str | None = None
    to_dtype: str | None = None
    from_encoding: str | None = None
    to_encoding: str | None = None
    from_bits: int | None = None
    to_bits: int | None = None
    from_info_frames: int | None = None
    to_info_frames: int | None = None
    shift: int | None = None
    factor: float | None = None
    largest: float | None = None
    rms: float | None = None
    starts: int | None = None
    left_largest: float | None = None
    left_rms: float | None = None
    seconds: float | None = None
    took: float | None = None
    other: str | None = None
    tolerance: float | None = None
    stamp: str = ""
    terms: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the row's columns."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = {field.name: str(field.type).removesuffix(" | None") for field in dataclasses.fields(Row)}


_KINDS: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}


def from_dict(values: dict[str, Any]) -> Row:
    """Return a row that was stored, by this version or one with fewer or more columns.

    Raises:
        ValueError: it has no path, or a class that this version does not know.
        TypeError: a value is of another type.
    """
    kept = {name: value for name, value in values.items() if name in COLUMNS and value is not None}
    if "path" not in kept:
        raise ValueError("it has no path")
    if kept.get("kind") not in CLASSES:
        raise ValueError(
            f"its class {kept.get('kind')!r} is unknown to this version: {', '.join(CLASSES)}"
        )
    for name, value in kept.items():
        if not isinstance(value, _KINDS[COLUMNS[name]]):
            raise TypeError(f"its {name} is {value!r}, which is no {COLUMNS[name]}")
    return Row(**kept)
