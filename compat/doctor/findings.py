"""What a check finds, as data; text, colour and JSON are made from it elsewhere."""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping
from typing import Any

import compat.shell as shell
from compat.shell import Line


class Status(enum.Enum):
    """How bad it is, with the word, the mark and the colour that a page shows. In the order of ``severity``."""

    word: str
    mark: str
    colour: str

    SKIPPED = ("skipped", "-", "dim")
    OK = ("ok", "✓", "green")
    NOTE = ("note", "·", "cyan")
    WARNING = ("warning", "!", "yellow")
    ERROR = ("error", "✗", "red")
    CRASHED = ("crashed", "‼", "magenta")

    def __init__(self, word: str, mark: str, colour: str) -> None:
        self.word, self.mark, self.colour = word, mark, colour

    @property
    def severity(self) -> int:
        """0 for the mildest."""
        return list(Status).index(self)

    @property
    def is_problem(self) -> bool:
        """Whether it counts against the exit status."""
        return self in (Status.WARNING, Status.ERROR, Status.CRASHED)


@dataclasses.dataclass(frozen=True)
class Mend:
    """What to do: a sentence, and the exact commands, the best first; later ones are alternatives."""

    text: str = ""
    commands: tuple[Line, ...] = ()

    def sentence(self) -> str:
        """The mend in one line, with its first command."""
        command = shell.told(self.commands) if self.commands else ""
        return f"{self.text}: {command}" if self.text and command else self.text or command


NOTHING_TO_DO = Mend()


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that a check measured.

    Args:
        status: ok, note, warning, error, skipped or crashed.
        text: what was measured, in one sentence or less.
        why: why it matters.
        mend: what to do about it.
        subject: the package, library or file it is about; the verdict uses it to tell a cause from what follows from it.
        cause: a fixed name of the cause, where it is one that the doctor knows.
        evidence: lines that prove it: paths, the end of a traceback, attempts.
        data: the values behind the text, for ``--json``.
    """

    status: Status
    text: str
    why: str = ""
    mend: Mend = NOTHING_TO_DO
    subject: str = ""
    cause: str = ""
    evidence: tuple[str, ...] = ()
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Result:
    """All that one check found.

    Args:
        check: its name.
        title: what a page calls it.
        findings: in the order in which they were made.
        seconds: how long it took.
        headline: its one line where nothing is wrong; by default that is made of the findings.
    """

    check: str
    title: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    headline: str = ""

    @property
    def status(self) -> Status:
        """That of the worst finding; a check that found nothing at all had nothing to look at."""
        return max((finding.status for finding in self.findings), key=lambda status: status.severity, default=Status.SKIPPED)

    @property
    def summary(self) -> str:
        """The check in one line: the worst finding, or, where nothing is wrong, all of them."""
        status = self.status
        if self.headline and not status.is_problem:
            return self.headline
        if status is Status.OK:
            return ", ".join(finding.text for finding in self.findings)
        worst = [finding.text for finding in self.findings if finding.status is status]
        return f"{worst[0]} (and {len(worst) - 1} more)" if len(worst) > 1 else worst[0] if worst else "nothing to look at"


# what keeps its small letter at the beginning of a sentence: names of packages and libraries, paths, commands
_NAME = re.compile(r"(lib|torch|numpy|soundfile|av\b|import\b|compat\b|ffmpeg|sox)|\S*[/\\_=.]\S")


def sentence(text: str) -> str:
    """A text as a sentence of its own."""
    begun = text if _NAME.match(text) else text[:1].upper() + text[1:]
    return begun.rstrip(".") + "." if begun else ""


def ok(text: str, **rest: Any) -> Finding:
    """A finding that is as it should be."""
    return Finding(Status.OK, text, **rest)


def note(text: str, **rest: Any) -> Finding:
    """A finding that is worth knowing, and no problem."""
    return Finding(Status.NOTE, text, **rest)


def warning(text: str, **rest: Any) -> Finding:
    """A finding that may bite."""
    return Finding(Status.WARNING, text, **rest)


def error(text: str, **rest: Any) -> Finding:
    """A finding that keeps something from working."""
    return Finding(Status.ERROR, text, **rest)


def skipped(text: str, **rest: Any) -> Finding:
    """Nothing could be measured, for a reason that is no problem, or another check's."""
    return Finding(Status.SKIPPED, text, **rest)
