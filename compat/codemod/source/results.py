"""Hold the results of a run, file by file."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

from compat.codemod.source.findings import Finding

Tick = Callable[[int, int], None]


class Problem(NamedTuple):
    """A file that could not be read, parsed or written, and why."""

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.reason}"


@dataclasses.dataclass
class FileResult:
    """The result for one file.

    Attributes:
        old: its content as it was read.
        new: its new content, the same if nothing changes.
        before: its old Python, for display; a notebook's cells are joined.
        fixed: what was changed, at its place in the old content.
        left: what is left, at its place in the present content.
    """

    path: str
    old: bytes
    new: bytes
    before: str = ""
    after: str = ""
    fixed: list[Finding] = dataclasses.field(default_factory=list)
    left: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Return whether its content changes."""
        return self.new != self.old


@dataclasses.dataclass
class Result:
    """The result of the run."""

    files: list[FileResult] = dataclasses.field(default_factory=list)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    scanned: int = 0
    known: int = 0

    @property
    def left(self) -> list[Finding]:
        """Return what is left in all files."""
        return [finding for file in self.files for finding in file.left]
