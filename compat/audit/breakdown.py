"""Break the classes down by format, backend and folder, and say what files of one class share."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Iterator, Mapping

from compat.audit import causes
from compat.audit.classes import CLASSES, ERRORS, SAME
from compat.audit.inputs import formats
from compat.audit.rows import Row

FORMAT, BACKEND, FOLDER = "format", "backend", "folder"
Counts = dict[str, collections.Counter[str]]

_SHARE = 0.9
_MOST_VALUES = 3
# values say something about a class if they are this much rarer among all files,
_TIMES = 1.5
# or if random files would all have them with a chance below this
_CHANCE = 0.01
_FOLDERS = 20_000
_LEVELS = 3
_SEPARATORS = re.compile(r"[/\\]")


@dataclasses.dataclass(frozen=True)
class Explanation:
    """What all or most files of a class share.

    Attributes:
        kind: the class.
        dimension: ``format``, ``backend`` or ``folder``; "" if only the cause is known.
        values: the smallest set of values that at least 90 % of the class have.
        covered: how many files of the class have them.
        number: how many files the class has.
        among: how many files of all classes have them.
        cause: the known cause, or "".
    """

    kind: str
    dimension: str
    values: tuple[str, ...]
    covered: int
    number: int
    among: int
    cause: str

    @property
    def sentence(self) -> str:
        """Return the explanation for people, to follow the title of the class."""
        if not self.dimension:
            return f"{self._many}: {self.cause}"
        also = f" (of {self.among:,} such files)" if self.among > self.covered else ""
        return f"{self._many} {self._are}{also}{f': {self.cause}' if self.cause else ''}"

    @property
    def _many(self) -> str:
        if self.number == 1:
            return "the only one"
        if self.number == self.covered == 2:
            return "both"
        return (
            f"all {self.number:,}"
            if self.covered == self.number
            else f"{self.covered:,} of {self.number:,}"
        )

    @property
    def _are(self) -> str:
        values = " or ".join(self.values)
        is_, has = ("is", "was") if self.number == 1 else ("are", "were")
        return {
            FORMAT: f"{is_} {values}",
            BACKEND: f"{has} read by {values}",
            FOLDER: f"{is_} in {values}",
        }[self.dimension]


class Breakdown:
    """Counts of the classes by format, backend and folder."""

    def __init__(self, folders: int = _FOLDERS) -> None:
        self.formats: Counts = {}
        self.backends: Counts = {}
        self._kinds: collections.Counter[str] = collections.Counter()
        self._causes: Counts = {}
        self._folders: dict[tuple[str, ...], collections.Counter[str]] = {}
        self._most, self._depth = folders, 1 << 30

    def add(self, row: Row) -> None:
        """Count a row."""
        self._kinds[row.kind] += 1
        _count(self.formats, formats.extension(row.path) or "without extension", row.kind)
        _count(self.backends, _backend(row), row.kind)
        if cause := causes.of(row):
            _count(self._causes, row.kind, cause)
        folder = tuple(_SEPARATORS.split(row.path)[:-1])[: self._depth]
        self._folders.setdefault(folder, collections.Counter())[row.kind] += 1
        while len(self._folders) > self._most:
            self._merge_deepest()

    def _merge_deepest(self) -> None:
        """Count the deepest folders as the folder around them, so that memory stays small."""
        self._depth = max(map(len, self._folders)) - 1
        merged: dict[tuple[str, ...], collections.Counter[str]] = {}
        for folder, kinds in self._folders.items():
            merged.setdefault(folder[: self._depth], collections.Counter()).update(kinds)
        self._folders = merged

    def _common(self) -> tuple[str, ...]:
        if not self._folders:
            return ()
        first, last = min(self._folders), max(self._folders)
        size = next(
            (
                place
                for place, pair in enumerate(zip(first, last, strict=False))
                if pair[0] != pair[1]
            ),
            min(len(first), len(last)),
        )
        return first[:size]

    def folders(self, levels: int = 1) -> Counts:
        """Return the counts by folder, so many levels below the common one."""
        start = len(self._common())
        found: Counts = {}
        for folder, kinds in self._folders.items():
            name = "/".join(folder[start : start + levels])
            found.setdefault(f"{name}/" if name else "./", collections.Counter()).update(kinds)
        return found

    def tables(self) -> dict[str, Counts]:
        """Return the counts by dimension."""
        return {FORMAT: self.formats, BACKEND: self.backends, FOLDER: self.folders()}

    def explanations(self) -> Iterator[Explanation]:
        """Yield what the files of each class share, for the classes where there is something."""
        tables = [
            (FORMAT, self.formats),
            (BACKEND, self.backends),
            *((FOLDER, self.folders(level)) for level in range(1, _LEVELS + 1)),
        ]
        for one in CLASSES.values():
            if (
                self._kinds[one.name]
                and one.group != SAME
                and (found := self._explained(one.name, tables))
            ):
                yield found

    def _explained(self, kind: str, tables: list[tuple[str, Counts]]) -> Explanation | None:
        number = self._kinds[kind]
        cause, known = next(
            iter(self._causes.get(kind, collections.Counter()).most_common(1)), ("", 0)
        )
        cause = cause if known >= _SHARE * number else ""
        ranked: list[tuple[tuple[bool, int, float, int], Explanation]] = []
        for dimension, counts in tables:
            # a side that fails has no backend: the class would be explained by itself
            if dimension == BACKEND and CLASSES[kind].group == ERRORS:
                continue
            values, covered, among = _smallest(counts, kind, number)
            # a value that a single file has lists the files rather than explaining them
            several = (
                all(counts[value][kind] > 1 for value in values) and len(values) <= _MOST_VALUES
            )
            by_cause = bool(cause) and dimension == FORMAT and len(values) == 1
            if not by_cause and not (several and self._tells(covered, among, number)):
                continue
            likeness = 2 * covered / (among + number)
            found = Explanation(kind, dimension, values, covered, number, among, cause)
            # a known cause is one of the format's, whatever else the files share
            ranked.append(((not by_cause, len(values), -likeness, len(ranked)), found))
        if ranked:
            return min(ranked)[1]
        return Explanation(kind, "", (), known, number, known, cause) if cause else None

    def _tells(self, covered: int, among: int, number: int) -> bool:
        """Return whether values say something about a class: they are not simply common."""
        share = among / self._kinds.total()
        return share < 1 and (
            covered / number >= _TIMES * share
            or (covered / number >= share and share**covered < _CHANCE)
        )


def _smallest(
    counts: Mapping[str, collections.Counter[str]], kind: str, number: int
) -> tuple[tuple[str, ...], int, int]:
    """Return the smallest set of values for 90 % of a class, its files of the class, and of all."""
    values: list[str] = []
    covered = among = 0
    for value in sorted(counts, key=lambda name: (-counts[name][kind], name)):
        if covered >= _SHARE * number:
            break
        values.append(value)
        covered += counts[value][kind]
        among += counts[value].total()
    return tuple(values), covered, among


def _count(counts: Counts, value: str, kind: str) -> None:
    counts.setdefault(value, collections.Counter())[kind] += 1


def _backend(row: Row) -> str:
    old, new = row.from_backend or "none", row.to_backend or "none"
    return old if old == new else f"{old} -> {new}"
