"""Hold findings about places, and the results of a run, from which ``reporting`` makes text.

Rules and the plan raise ``NotProvableError`` for changes that cannot be proved right, and are
therefore left; a finding reports it.
"""

import dataclasses
import enum
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Level(enum.Enum):
    """How sure a rule is of its changes."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    REPORT = "report"


class State(enum.Enum):
    """The state of a finding."""

    FIXED = "fixed"
    FIXABLE = "fixable with --unsafe"
    LEFT = "left for you"


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in a file; lines and columns count from 1, as in editors."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f":cell {self.cell}"
        return f"{self.path}{cell}:{self.line}:{self.column}"


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that a rule found.

    Attributes:
        rule: its id.
        place: where it is.
        reason: why it is not right for the target.
        advice: what the user should do; empty if the change does everything.
        related: other places that the reason mentions.
        state: whether it was changed, can be, or is left.
    """

    rule: str
    place: Place
    reason: str
    advice: str = ""
    related: tuple[Place, ...] = ()
    state: State = State.LEFT


class NotProvableError(Exception):
    """The reason why something cannot be proved, the places that show it, and what to do."""

    def __init__(self, reason: str, related: Iterable[Place] = (), advice: str = "") -> None:
        self.reason = reason
        self.related: tuple[Place, ...] = tuple(related)
        self.advice = advice
        super().__init__(reason)


# The results of a run

Tick = Callable[[int, int], None]


class Problem(NamedTuple):
    """A file that could not be read, parsed or written, and why.

    Attributes:
        keeps_others: whether no other file was written because of it.
    """

    path: str
    reason: str
    line: int | None = None
    keeps_others: bool = False

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
