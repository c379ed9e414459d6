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
# a value says something about a class if it is this much rarer among all files
_TIMES = 1.5
_FOLDERS = 20_000
_SEPARATORS = re.compile(r"[/\\]")


class Explanation(NamedTuple):
    """What all or most files of a class share.

    Attributes:
        kind: the class.
        dimension: ``format``, ``backend`` or ``folder``.
        value: what at least 90 % of the class have.
        covered: how many files of the class have it.
        number: how many files the class has.
        among: how many files of all classes have it.
        cause: the known cause, or "".
    """

    kind: str
    dimension: str
    value: str
    covered: int
    number: int
    among: int
    cause: str

    @property
    def rank(self) -> float:
        """Return how much it says: a known cause, or how few other files have the value."""
        return bool(self.cause) + self.covered / self.among

    @property
    def sentence(self) -> str:
        """Return the explanation for people, to follow the title of the class."""
        many = f"{self.covered:,} of {self.number:,} are"
        if self.covered == self.number:
            many = f"all {self.number:,} are" if self.number > 1 else "the only one is"
        words = {FORMAT: "", BACKEND: "read by ", FOLDER: "in "}[self.dimension]
        also = f" (of {self.among:,} such files)" if self.among > self.covered else ""
        cause = f": {self.cause}" if self.cause else ""
        return f"{many} {words}{self.value}{also}{cause}"


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
        self._causes[row.kind][causes.of(row)] += 1
        folder = tuple(_SEPARATORS.split(row.path)[:-1])[: self._depth]
        self._folders[folder][row.kind] += 1
        while len(self._folders) > self._most:
            # count the deepest folders as the folder around them, so that memory stays small
            self._depth = max(map(len, self._folders)) - 1
            merged: _ByFolder = collections.defaultdict(collections.Counter)
            for folder, kinds in self._folders.items():
                merged[folder[: self._depth]].update(kinds)
            self._folders = merged

    def folders(self) -> Counts:
        """Return the counts by the folder one level below the common one."""
        ends = min(self._folders, default=()), max(self._folders, default=())
        common = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False))
        start = len(list(common))
        found = _counts()
        for folder, kinds in self._folders.items():
            found[f"{'/'.join(folder[start : start + 1] or '.')}/"].update(kinds)
        return found

    def tables(self) -> dict[str, Counts]:
        """Return the counts by dimension."""
        return {FORMAT: self._formats, BACKEND: self._backends, FOLDER: self.folders()}

    def explanations(self) -> Iterator[Explanation]:
        """Yield what the files of each class share, for the classes where there is something."""
        tables = self.tables()
        for one in CLASSES.values():
            if self._kinds[one.name] and one.group != SAME:
                shared = self._shared(one.name, tables)
                # a known cause first, then what says most about the class
                yield from sorted(shared, key=lambda each: each.rank, reverse=True)[:1]

    def _shared(self, kind: str, tables: dict[str, Counts]) -> list[Explanation]:
        """Return the value of each dimension that says something about a class."""
        found, number, total = [], self._kinds[kind], self._kinds.total()
        for dimension, counts in tables.items():
            # a side that fails has no backend: the class would be explained by itself
            if dimension == BACKEND and CLASSES[kind].group == ERRORS:
                continue
            value = max(sorted(counts), key=lambda value: counts[value][kind])
            covered, among = counts[value][kind], counts[value].total()
            cause, caused = self._causes[kind].most_common(1)[0]
            # the known cause is one of the format's, whatever else the files share
            cause = cause if dimension == FORMAT and caused >= _SHARE * number else ""
            is_rare = among < total and covered / number >= _TIMES * among / total
            # a value that a single file has lists the files rather than explaining them
            if cause or (is_rare and covered > 1 and covered >= _SHARE * number):
                found.append(Explanation(kind, dimension, value, covered, number, among, cause))
        return found


def _counts() -> Counts:
    return collections.defaultdict(collections.Counter)


def _backend(row: Row) -> str:
    old, new = row.from_backend or "none", row.to_backend or "none"
    return old if old == new else f"{old} -> {new}"
