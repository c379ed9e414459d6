"""What is said about a place: a finding as data, from which ``reporting`` makes text."""

import dataclasses
import enum


class Level(enum.Enum):
    """How sure a rule is of its changes."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    REPORT = "report"


class State(enum.Enum):
    """What became of a finding."""

    FIXED = "fixed"
    FIXABLE = "fixable with --unsafe"
    LEFT = "left for you"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where something is: lines and columns count from 1, as editors do."""

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
        place: where.
        reason: why this is not right for the target.
        advice: what a person should do; empty where the change does all of it.
        related: other places that the reason speaks of.
        state: what became of it.
    """

    rule: str
    place: Place
    reason: str
    advice: str = ""
    related: tuple[Place, ...] = ()
    state: State = State.LEFT
