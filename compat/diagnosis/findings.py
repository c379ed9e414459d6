"""What a check finds, as data; other modules turn it into text, colour and JSON."""

import enum
import functools
import re
import types
from collections.abc import Mapping
from typing import Any, NamedTuple

from compat.commands import shell
from compat.commands.shell import Line


class Status(enum.Enum):
    """How serious a finding is: its word, mark and colour on a page, in order of ``severity``."""

    SKIPPED = ("skipped", "-", "dim")
    OK = ("ok", "✓", "green")
    NOTE = ("note", "·", "cyan")
    WARNING = ("warning", "!", "yellow")
    ERROR = ("error", "✗", "red")
    CRASHED = ("crashed", "‼", "magenta")

    def __init__(self, word: str, mark: str, colour: str) -> None:
        self.word: str = word
        self.mark: str = mark
        self.colour: str = colour

    @property
    def severity(self) -> int:
        """Return the place in the order, 0 for the mildest."""
        return list(Status).index(self)

    @property
    def is_problem(self) -> bool:
        """Return whether it counts in the exit status."""
        return self in (Status.WARNING, Status.ERROR, Status.CRASHED)


class Mend(NamedTuple):
    """What to do: a sentence and the exact commands, the best first, then its alternatives.

    Args:
        text: the sentence.
        commands: the commands.
        guessed: they name a package that may be another than the one meant.
    """

    text: str = ""
    commands: tuple[Line, ...] = ()
    guessed: bool = False

    def sentence(self) -> str:
        """Return the mend in one line, with its first command."""
        command = shell.told(self.commands) if self.commands else ""
        return f"{self.text}: {command}" if self.text and command else self.text or command


NOTHING_TO_DO = Mend()


class Finding(NamedTuple):
    """One thing that a check measured.

    Args:
        status: ok, note, warning, error, skipped or crashed.
        text: what was measured, in one sentence or less.
        why: why it matters.
        mend: what to do about it.
        subject: the package, library or file it is about; the verdict uses it to tell causes from
            their consequences.
        cause: a fixed name of the cause, if the doctor knows it.
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
    data: Mapping[str, Any] = types.MappingProxyType({})


class Result(NamedTuple):
    """All that one check found.

    Args:
        check: its name.
        title: what a page calls it.
        findings: in the order in which they were made.
        seconds: how long it took.
        headline: its one line if nothing is wrong; by default made from the findings.
    """

    check: str
    title: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0
    headline: str = ""

    @property
    def status(self) -> Status:
        """Return the status of the worst finding; a check without findings is skipped."""
        return max(
            (finding.status for finding in self.findings),
            key=lambda status: status.severity,
            default=Status.SKIPPED,
        )

    @property
    def summary(self) -> str:
        """Return one line: the worst finding, or all findings if nothing is wrong."""
        status = self.status
        if self.headline and not status.is_problem:
            return self.headline
        if status is Status.OK or not self.findings:
            return ", ".join(finding.text for finding in self.findings) or "nothing to look at"
        worst, *more = (finding.text for finding in self.findings if finding.status is status)
        return f"{worst} (and {len(more)} more)" if more else worst


# these keep a small letter at the beginning of a sentence: packages, libraries, paths, commands
_NAME = re.compile(
    r"(lib|torch|numpy|soundfile|av\b|cffi|import\b|compat\b|ffmpeg|sox)|\S*[/\\_=.]\S"
)


def sentence(text: str) -> str:
    """Return a text as a sentence, with a capital letter and a full stop."""
    begun = text if _NAME.match(text) else text[:1].upper() + text[1:]
    return begun.rstrip(".") + "." if begun else ""


# makers of findings: what is as it should be, what is worth knowing and no problem, what may cause
# trouble, what does not work, and what was not measured, which is no problem of its check
ok: functools.partial[Finding] = functools.partial(Finding, Status.OK)
note: functools.partial[Finding] = functools.partial(Finding, Status.NOTE)
warning: functools.partial[Finding] = functools.partial(Finding, Status.WARNING)
error: functools.partial[Finding] = functools.partial(Finding, Status.ERROR)
skipped: functools.partial[Finding] = functools.partial(Finding, Status.SKIPPED)
