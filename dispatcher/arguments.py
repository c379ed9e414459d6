"""Checks that several backends share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

from dispatcher.errors import AudioError, BackendError

_Stored = TypeVar("_Stored")
_Table: TypeAlias = Mapping[str | None, Mapping[int | None, _Stored]]


def check_piece(frame_offset: int, num_frames: int) -> None:
    """Refuse what the ffmpeg and sox backends of all releases refused of a piece to read.

    Raises:
        BackendError: (a RuntimeError) a negative offset, or a length of 0 or below -1.
    """
    if frame_offset < 0:
        raise BackendError(f"frame_offset is {frame_offset}, and must not be negative")
    if num_frames == 0 or num_frames < -1:
        raise BackendError(f"num_frames is {num_frames}, and must be -1 (all) or positive")


def stored_as(table: _Table[_Stored], container: str, encoding: str | None, bits: int | None, refusal: type[AudioError]) -> _Stored:
    """How a container stores samples: the entry of its table, by ``encoding`` and then ``bits_per_sample``.

    Raises:
        refusal: the table has no such entry; the text lists those it has. The releases' backends raised different kinds.
    """
    if encoding not in table:
        raise refusal(f"{container} has no encoding={encoding!r}; it has {', '.join(map(repr, table))}")
    if bits not in table[encoding]:
        allowed = ", ".join(map(repr, table[encoding]))
        raise refusal(f"{container} with encoding={encoding!r} takes no bits_per_sample={bits!r}; it takes {allowed}")
    return table[encoding][bits]
