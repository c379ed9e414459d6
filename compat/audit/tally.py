"""Count many rows, in memory that does not grow with them."""

import collections
import heapq
from collections.abc import Iterable

from compat.audit.breakdown import Breakdown
from compat.audit.classes import CLASSES, DIFFERENCES, ERRORS, SAME
from compat.audit.items import key
from compat.audit.rows import Row

_WORST = 10
# above any difference of samples, which is at most 2
_SEVERITY = {"crashed": 9.0, "error_to": 8.0, "error_from": 7.0, "error_both": 6.0, "metadata": 5.0}


def severity(row: Row) -> float:
    """Return how bad a row is.

    Failures are the worst, then files that cannot be compared, then large differences and missing
    ends.
    """
    if CLASSES[row.kind].group == SAME:
        return 0.0
    frames = row.from_frames or 0, row.to_frames or 0
    missing = 0.0
    if row.kind in ("length", "different", "metadata"):
        missing = (max(frames) - min(frames)) / max(*frames, 1)
    left = row.rms if row.left_rms is None else row.left_rms
    return _SEVERITY.get(row.kind, 0.0) + min(left or 0.0, 2.0) + missing + 1e-9


class Tally:
    """The summary of rows.

    Attributes:
        files: how many.
        kinds: how many of each class.
        breakdown: how many of each class, by format, backend and folder.
        seconds: the duration of all audio.
        worst: the worst rows that are not the same, worst first.
    """

    def __init__(self) -> None:
        self.files: int = 0
        self.kinds: collections.Counter[str] = collections.Counter()
        self.breakdown: Breakdown = Breakdown()
        self.seconds: float = 0.0
        self.worst: list[Row] = []

    def add(self, row: Row) -> None:
        """Count a row."""
        self.files += 1
        self.kinds[row.kind] += 1
        self.breakdown.add(row)
        self.seconds += row.seconds or 0.0
        if severity(row):
            self.worst = heapq.nlargest(_WORST, [*self.worst, row], key=severity)

    def of(self, group: str) -> int:
        """Return how many rows are of the classes of a group."""
        return sum(number for kind, number in self.kinds.items() if CLASSES[kind].group == group)

    @property
    def differing(self) -> int:
        """Return how many rows are not the same."""
        return self.of(DIFFERENCES) + self.of(ERRORS)


def latest(rows: Iterable[Row], wanted: set[int] | None) -> Iterable[Row]:
    """Yield the rows that count: one for each wanted file.

    A failure counts only if no other run has read the file.
    """
    counted: set[int] = set()
    failures: dict[int, Row] = {}
    for row in rows:
        number = key(row.path, row.stamp)
        if (wanted is not None and number not in wanted) or number in counted:
            continue
        if CLASSES[row.kind].group == ERRORS:
            failures[number] = row
        else:
            failures.pop(number, None)
            counted.add(number)
            yield row
    yield from failures.values()
