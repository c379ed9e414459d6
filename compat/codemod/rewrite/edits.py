"""Edit a text: order and apply edits, undo them, and map offsets through them."""

import bisect
from collections.abc import Iterable
from typing import NamedTuple


class ConflictError(Exception):
    """Changes that do not go together, or that would lose something; the text gives the reason."""


class Edit(NamedTuple):
    """The replacement of the text from ``start`` to ``end`` with ``new``."""

    start: int
    end: int
    new: str


def settle(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order, without duplicates and without those inside a larger deletion.

    Raises:
        ConflictError: two edits overlap.
    """
    found: list[Edit] = []
    for edit in sorted(
        set(edits), key=lambda edit: (edit.start, edit.start != edit.end, -edit.end, edit.new)
    ):
        last = found[-1] if found else None
        if last and edit.start < last.end:
            if edit.end <= last.end and edit[:2] != last[:2]:
                continue
            raise ConflictError("two changes overlap")
        if last and edit.start == last.start == edit.end == last.end:
            raise ConflictError("two changes insert at one place")
        found.append(edit)
    return found


def apply(text: str, edits: list[Edit]) -> str:
    """Return the text with settled edits applied."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join([*parts, text[at:]])


def undo(text: str, changed: str, edits: list[Edit]) -> str:
    """Return the changed text with the edits undone; ``text`` has what they removed."""
    parts, at, shift = [], 0, 0
    for edit in edits:
        start = edit.start + shift
        parts += [changed[at:start], text[edit.start : edit.end]]
        at = start + len(edit.new)
        shift += len(edit.new) - (edit.end - edit.start)
    return "".join([*parts, changed[at:]])


class Track:
    """Maps offsets of a text to those after edits, and back."""

    def __init__(self, edits: list[Edit]) -> None:
        self._before, self._after, self._edits = [], [], edits
        shift = 0
        for edit in edits:
            self._before.append(edit.start)
            self._after.append(edit.start + shift)
            shift += len(edit.new) - (edit.end - edit.start)

    def forward(self, offset: int) -> int | None:
        """Return the offset after the edits; ``None`` inside a replaced part."""
        index = bisect.bisect_right(self._before, offset) - 1
        if index < 0:
            return offset
        edit = self._edits[index]
        if offset < edit.end:
            return None
        return self._after[index] + len(edit.new) + offset - edit.end

    def back(self, offset: int) -> int:
        """Return the offset before the edits; new text maps to the start of what it replaced."""
        index = bisect.bisect_right(self._after, offset) - 1
        if index < 0:
            return offset
        edit = self._edits[index]
        within = offset - self._after[index]
        return edit.start if within < len(edit.new) else edit.end + within - len(edit.new)
