"""Break the classes down by format, backend and folder, and say what files of one class share."""

import collections
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from compat.audit import causes
from compat.audit.classes import CLASSES, ERRORS, SAME
from compat.audit.inputs import formats
from compat.audit.rows import Row

FORMAT, BACKEND, FOLDER = "format", "backend", "folder"
Counts: TypeAlias = collections.defaultdict[str, collections.Counter[str]]
_ByFolder: TypeAlias = collections.defaultdict[tuple[str, ...], collections.Counter[str]]

_SHARE = 0.9
_MOST_VALUES = 3
# values say something about a class if they are this much rarer among all files,
_TIMES = 1.5
# or if random files would all have them with a chance below this
_CHANCE = 0.01
_FOLDERS = 20_000
_LEVELS = 3
_SEPARATORS = re.compile(r"[/\\]")


class Explanation(NamedTuple):
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
        self._formats, self._backends, self._causes = _counts(), _counts(), _counts()
        self._kinds: collections.Counter[str] = collections.Counter()
        self._folders: _ByFolder = collections.defaultdict(collections.Counter)
        self._most, self._depth = folders, 1 << 30

    def add(self, row: Row) -> None:
        """Count a row."""
        self._kinds[row.kind] += 1
        self._formats[formats.extension(row.path) or "without extension"][row.kind] += 1
        self._backends[_backend(row)][row.kind] += 1
        if cause := causes.of(row):
            self._causes[row.kind][cause] += 1
        folder = tuple(_SEPARATORS.split(row.path)[:-1])[: self._depth]
        self._folders[folder][row.kind] += 1
        while len(self._folders) > self._most:
            # count the deepest folders as the folder around them, so that memory stays small
            self._depth = max(map(len, self._folders)) - 1
            merged: _ByFolder = collections.defaultdict(collections.Counter)
            for folder, kinds in self._folders.items():
                merged[folder[: self._depth]].update(kinds)
            self._folders = merged

    def folders(self, levels: int = 1) -> Counts:
        """Return the counts by folder, so many levels below the common one."""
        ends = min(self._folders, default=()), max(self._folders, default=())
        common = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
        start = len(list(common))
        found = _counts()
        for folder, kinds in self._folders.items():
            below = folder[start : start + levels]
            found[f"{'/'.join(below or '.')}/"].update(kinds)
        return found

    def tables(self) -> dict[str, Counts]:
        """Return the counts by dimension."""
        return {FORMAT: self._formats, BACKEND: self._backends, FOLDER: self.folders()}

    def explanations(self) -> Iterator[Explanation]:
        """Yield what the files of each class share, for the classes where there is something."""
        tables = [
            (FORMAT, self._formats),
            (BACKEND, self._backends),
            *((FOLDER, self.folders(level)) for level in range(1, _LEVELS + 1)),
        ]
        for one in CLASSES.values():
            if self._kinds[one.name] and one.group != SAME:
                yield from self._explained(one.name, tables)

    def _explained(self, kind: str, tables: list[tuple[str, Counts]]) -> Iterator[Explanation]:
        number = self._kinds[kind]
        cause, known = next(iter(self._causes[kind].most_common(1)), ("", 0))
        cause = cause if known >= _SHARE * number else ""
        best: tuple[tuple[bool, int, float], Explanation] | None = None
        for dimension, counts in tables:
            # a side that fails has no backend: the class would be explained by itself
            if dimension == BACKEND and CLASSES[kind].group == ERRORS:
                continue
            values = _smallest(counts, kind, number)
            covered = sum(counts[value][kind] for value in values)
            among = sum(counts[value].total() for value in values)
            # a known cause is one of the format's, whatever else the files share
            by_cause = bool(cause) and dimension == FORMAT and len(values) == 1
            # a value that a single file has lists the files rather than explaining them
            several = all(counts[value][kind] > 1 for value in values)
            tells = several and len(values) <= _MOST_VALUES and self._tells(covered, among, number)
            rank = (not by_cause, len(values), -2 * covered / (among + number))
            if (by_cause or tells) and (best is None or rank < best[0]):
                best = rank, Explanation(kind, dimension, values, covered, number, among, cause)
        if best is not None:
            yield best[1]
        elif cause:
            yield Explanation(kind, "", (), known, number, known, cause)

    def _tells(self, covered: int, among: int, number: int) -> bool:
        """Return whether values say something about a class: they are not simply common."""
        share = among / self._kinds.total()
        return share < 1 and (
            covered / number >= _TIMES * share
            or (covered / number >= share and share**covered < _CHANCE)
        )


def _counts() -> Counts:
    return collections.defaultdict(collections.Counter)


def _smallest(counts: Counts, kind: str, number: int) -> tuple[str, ...]:
    """Return the smallest set of values that 90 % of a class have."""
    values = sorted(counts, key=lambda value: (-counts[value][kind], value))
    covered = itertools.accumulate(counts[value][kind] for value in values)
    size = next(size for size, files in enumerate(covered, 1) if files >= _SHARE * number)
    return tuple(values[:size])


def _backend(row: Row) -> str:
    old, new = row.from_backend or "none", row.to_backend or "none"
    return old if old == new else f"{old} -> {new}"
