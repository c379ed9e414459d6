"""Edit a text: order and apply edits, undo them, and map offsets through them."""

import bisect
import operator
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
    new = Track(edits).after
    pairs = zip(new, edits, strict=True)
    return apply(changed, [Edit(*span, text[edit.start : edit.end]) for span, edit in pairs])


class Track:
    """Maps offsets of a text to those after edits, and back."""

    def __init__(self, edits: list[Edit]) -> None:
        self.before = [(edit.start, edit.end) for edit in edits]
        self.after: list[tuple[int, int]] = []
        shift = 0
        for start, end, new in edits:
            self.after.append((start + shift, start + shift + len(new)))
            shift += len(new) - (end - start)

    def forward(self, offset: int) -> int | None:
        """Return the offset after the edits; ``None`` inside a replaced part."""
        moved, is_inside = _moved(offset, self.before, self.after)
        return None if is_inside else moved

    def back(self, offset: int) -> int:
        """Return the offset before the edits; new text maps to the start of what it replaced."""
        return _moved(offset, self.after, self.before)[0]


def _moved(
    offset: int, here: list[tuple[int, int]], there: list[tuple[int, int]]
) -> tuple[int, bool]:
    """Return an offset of one text in the other, and whether it is in a part that differs."""
    index = bisect.bisect_right(here, offset, key=operator.itemgetter(0)) - 1
    if index < 0:
        return offset, False
    past = offset - here[index][1]
    return (there[index][0], True) if past < 0 else (there[index][1] + past, False)
