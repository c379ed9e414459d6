"""What a rule has to say about a place, as data; text is made from it in ``reporting``."""

from __future__ import annotations

import dataclasses
import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compat.codemod.changes import Change


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


@dataclasses.dataclass(eq=False)
class Draft:
    """A finding as a rule makes it: a stretch of one module's text, and the changes that would settle it.

    Attributes:
        span: the stretch, as offsets in the module's text.
        changes: what to do; none for a report.
        group: drafts of one group, in any number of files, are carried out together or not at all.
        unsafe: the changes are made under ``--unsafe`` only.
    """

    span: tuple[int, int]
    reason: str
    advice: str = ""
    changes: tuple[Change, ...] = ()
    group: int | None = None
    unsafe: bool = False
    related: tuple[Place, ...] = ()
