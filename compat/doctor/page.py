"""Show the page: one line per check, details for what is not ok, and the verdict.

The text is made here once, as lines; a terminal shows them wrapped and in colour, a pipe as they
are.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any, NamedTuple

from compat.commands import shell
from compat.diagnosis.findings import NOTHING_TO_DO, Mend, Result, Status
from compat.doctor.verdict import FILE, Course, Verdict, told

_TITLE = 19


class Line(NamedTuple):
    """A line: its label or mark, its text, and the style.

    A command is never wrapped, so that it can be copied.
    """

    label: str
    text: str
    style: str = ""
    is_command: bool = False


def of_result(
    result: Result, mended: dict[Mend, str], course: Course, *, verbose: bool = False
) -> Iterator[Line]:
    """Yield the details of a result, without its own line.

    Args:
        result: what a check found.
        mended: the mends that the page has shown, with the title of the check; this result adds its
            own.
        course: knows which findings follow from an earlier error; those show no mend of their own.
        verbose: whether to show what is fine as well.
    """
    roots = {id(finding): course.under(result, finding) for finding in result.findings}
    shown = [
        finding
        for finding in result.findings
        if verbose or finding.status not in (Status.OK, Status.SKIPPED)
    ]
    shown.sort(key=lambda finding: -finding.status.severity)
    said = ""
    for finding in shown:
        if len(shown) > 1 or finding.text != result.summary:
            yield Line(finding.status.word, finding.text, finding.status.colour)
        if finding.why and finding.why != said:
            yield Line("why", finding.why)
        said = finding.why
        for line in finding.evidence:
            yield Line("seen", line, "dim")
        if roots[id(finding)] and finding.mend != NOTHING_TO_DO:
            yield Line("fix", f"as under {roots[id(finding)]}")
        elif finding.mend.commands and finding.mend in mended:
            yield Line("fix", f"as under {mended[finding.mend]}")
        elif finding.mend != NOTHING_TO_DO:
            mended[finding.mend] = result.title
            yield from _mend(finding.mend)


def _mend(mend: Mend) -> Iterator[Line]:
    if mend.text:
        yield Line("fix", mend.text.rstrip(".") + (":" if mend.commands else "."))
    for place, command in enumerate(mend.commands):
        yield Line(
            "in cmd" if command.shell == "cmd" else "or" if place else "", command, "bold", True
        )


def of_verdict(verdict: Verdict) -> Iterator[Line]:
    """Yield the verdict, the next command, and further problems."""
    if verdict.root is None:
        yield Line("verdict", verdict.text, "bold green")
        return
    colour = verdict.status.colour
    label = "root cause" if verdict.status is Status.ERROR else "verdict"
    yield Line(label, verdict.text, f"bold {colour}")
    if verdict.next.text:
        yield Line("next", verdict.next.text.rstrip(".") + (":" if verdict.next.commands else "."))
    if verdict.next.commands:
        line, *in_cmd = shell.first(verdict.next.commands)
        yield Line("" if verdict.next.text else "next", line, "bold", True)
        yield from (Line("in cmd", other, "bold", True) for other in in_cmd)
    for check, finding in verdict.also:
        yield Line("also", told(check, finding) + ("" if check == FILE else f" (check {check})"))
    if verdict.meanwhile:
        yield Line("meanwhile", verdict.meanwhile)


class Plain:
    """A page for a pipe or a file: words instead of marks, no colour, nothing wrapped."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._mended: dict[Mend, str] = {}
        self._course = Course()

    def result(self, result: Result, *, verbose: bool = False) -> None:
        """Write one check."""
        self._write(
            f"[{result.status.word}]".ljust(10)
            + result.title.ljust(_TITLE - 1)
            + " "
            + result.summary
        )
        for line in of_result(result, self._mended, self._course, verbose=verbose):
            self._write(f"{'':10}{line.label:<9}{'$ ' if line.is_command else ''}{line.text}")

    def verdict(self, verdict: Verdict) -> None:
        """Write the verdict."""
        self._write("")
        for line in of_verdict(verdict):
            self._write(f"{line.label:<12}{'$ ' if line.is_command else ''}{line.text}")

    def _write(self, text: str) -> None:
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        self._out.write(text.rstrip().encode(encoding, "replace").decode(encoding) + "\n")
        self._out.flush()


class Rich:
    """A page for a terminal."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self._mended: dict[Mend, str] = {}
        self._course = Course()
        self._marks = _encodes(console, "".join(status.mark for status in Status))

    def result(self, result: Result, *, verbose: bool = False) -> None:
        """Write one check."""
        status = result.status
        mark = status.mark if self._marks else f"[{status.word}]"
        width = max(_TITLE, len(result.title) + 1)  # a file's name may be longer than any title
        self._row(
            (mark, 3 if self._marks else 10, f"bold {status.colour}"),
            (result.title, width, "bold"),
            result.summary,
            "",
        )
        for line in of_result(result, self._mended, self._course, verbose=verbose):
            self._line(line, 5, 9)

    def verdict(self, verdict: Verdict) -> None:
        """Write the verdict."""
        self._console.print()
        for line in of_verdict(verdict):
            self._line(line, 1, 12)

    def _line(self, line: Line, indent: int, width: int) -> None:
        from rich.text import Text

        if line.is_command:
            label = Text(" " * indent + line.label.ljust(width), style="dim")
            self._console.print(
                Text.assemble(label, ("$ ", "dim"), (line.text, line.style)), soft_wrap=True
            )
        else:
            self._row(("", indent, ""), (line.label, width, "dim"), line.text, line.style)

    def _row(
        self, first: tuple[str, int, str], second: tuple[str, int, str], text: str, style: str
    ) -> None:
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid()
        for _, width, _ in (first, second):
            grid.add_column(width=width, no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(
            Text(first[0], style=first[2]),
            Text(second[0], style=second[2]),
            Text(text, style=style),
        )
        self._console.print(grid)


def _encodes(console: Any, text: str) -> bool:
    try:
        text.encode(console.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


Page = Plain | Rich


@contextlib.contextmanager
def shown(*, quiet: bool = False) -> Iterator[tuple[Page, Callable[[str, int, int], None]]]:
    """Yield the page for standard output, and a function that shows the progress of long tasks.

    Args:
        quiet: standard output carries something else than the page, so only show the progress.
    """
    if not (sys.stdout.isatty() or sys.stderr.isatty()):
        yield Plain(sys.stdout), lambda label, done, total: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
    except ImportError:  # the doctor must also run in a damaged environment without rich
        yield Plain(sys.stdout), lambda label, done, total: None
        return
    out = Console(highlight=False, markup=False, emoji=False)
    is_page = out.is_terminal and not quiet
    console = out if is_page else Console(stderr=True, highlight=False, markup=False)
    page: Page = Rich(out) if is_page else Plain(sys.stdout)
    bars: dict[str, TaskID] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        bar.add_task("looking", total=None)

        def progress(label: str, done: int, total: int) -> None:
            if label not in bars:
                bars[label] = bar.add_task(label, total=total)
            bar.update(bars[label], completed=done, visible=done < total)

        yield page, progress
