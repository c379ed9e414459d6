"""Show the page: one line per check, details for what is not ok, and the verdict.

The text is made here once, as lines; a terminal shows them wrapped and in colour, a pipe as they
are.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NamedTuple

from compat.commands import shell
from compat.commands.console import printable
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
    found = [(finding, course.under(result, finding)) for finding in result.findings]
    shown = [pair for pair in found if verbose or pair[0].status not in (Status.OK, Status.SKIPPED)]
    shown.sort(key=lambda pair: -pair[0].status.severity)
    said = ""
    for finding, root in shown:
        if finding.text != result.summary:
            yield Line(finding.status.word, finding.text, finding.status.colour)
        if finding.why and finding.why != said:
            yield Line("why", finding.why)
        said = finding.why
        for line in finding.evidence:
            yield Line("seen", line, "dim")
        under = root or (mended.get(finding.mend, "") if finding.mend.commands else "")
        if under and finding.mend != NOTHING_TO_DO:
            yield Line("fix", f"as under {under}")
        elif finding.mend != NOTHING_TO_DO:
            mended[finding.mend] = result.title
            yield from _mend(finding.mend)


def _mend(mend: Mend, label: str = "fix") -> Iterator[Line]:
    if mend.text:
        yield Line(label, mend.text.rstrip(".") + (":" if mend.commands else "."))
    for place, command in enumerate(mend.commands):
        which = "or" if place else "" if mend.text else label
        yield Line("in cmd" if command.shell == "cmd" else which, command, "bold", True)


def of_verdict(verdict: Verdict) -> Iterator[Line]:
    """Yield the verdict, the next command, and further problems."""
    if verdict.root is None:
        yield Line("verdict", verdict.text, "bold green")
        return
    label = "root cause" if verdict.status is Status.ERROR else "verdict"
    yield Line(label, verdict.text, f"bold {verdict.status.colour}")
    yield from _mend(Mend(verdict.next.text, tuple(shell.first(verdict.next.commands))), "next")
    for check, finding in verdict.also:
        yield Line("also", told(check, finding) + ("" if check == FILE else f" (check {check})"))
    if verdict.meanwhile:
        yield Line("meanwhile", verdict.meanwhile)


class Page:
    """A page for a pipe or a file: words instead of marks, no colour, nothing wrapped."""

    # the indent, and the width of labels
    details: ClassVar[tuple[int, int]] = (10, 9)
    ends: ClassVar[tuple[int, int]] = (0, 12)

    def __init__(self, out: Any) -> None:
        self._out = out
        self._mended: dict[Mend, str] = {}
        self._course = Course()

    def result(self, result: Result, *, verbose: bool = False) -> None:
        """Write one check."""
        self._head(result)
        for line in of_result(result, self._mended, self._course, verbose=verbose):
            self._line(line, *self.details)

    def verdict(self, verdict: Verdict) -> None:
        """Write the verdict."""
        for line in (Line("", ""), *of_verdict(verdict)):
            self._line(line, *self.ends)

    def _head(self, result: Result) -> None:
        title = result.title.ljust(_TITLE - 1)
        self._line(Line(f"[{result.status.word}]", f"{title} {result.summary}"), 0, 10)

    def _line(self, line: Line, indent: int, width: int) -> None:
        told = f"{line.label:<{width}}{'$ ' * line.is_command}{printable(line.text)}"
        print(f"{'':{indent}}{told}".rstrip(), file=self._out, flush=True)


class Terminal(Page):
    """A page for a terminal."""

    details: ClassVar[tuple[int, int]] = (5, 9)
    ends: ClassVar[tuple[int, int]] = (1, 12)

    def _head(self, result: Result) -> None:
        status = result.status
        words = (f"[{status.word}]", 10)
        mark, width = words if self._out.options.ascii_only else (status.mark, 3)
        titles = max(_TITLE, len(result.title) + 1)  # a file's name may be longer than any title
        colour = f"bold {status.colour}"
        self._row((mark, width, colour), (result.title, titles, "bold"), (result.summary, None, ""))

    def _line(self, line: Line, indent: int, width: int) -> None:
        from rich.text import Text

        if line.is_command:
            label = Text(" " * indent + line.label.ljust(width), style="dim")
            command = Text.assemble(label, ("$ ", "dim"), (printable(line.text), line.style))
            self._out.print(command, soft_wrap=True)
        else:
            self._row(("", indent, ""), (line.label, width, "dim"), (line.text, None, line.style))

    def _row(self, *cells: tuple[str, int | None, str]) -> None:
        """Write cells side by side; the last one, without a width, is wrapped."""
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid()
        for _, width, _ in cells:
            grid.add_column(width=width, no_wrap=width is not None, overflow="fold")
        grid.add_row(*(Text(printable(text), style=style) for text, _, style in cells))
        self._out.print(grid)


@contextlib.contextmanager
def shown(*, quiet: bool = False) -> Iterator[tuple[Page, Callable[[str, int, int], None]]]:
    """Yield the page for standard output, and a function that shows the progress of long tasks.

    Args:
        quiet: standard output carries something else than the page, so only show the progress.
    """
    if not (sys.stdout.isatty() or sys.stderr.isatty()):
        yield Page(sys.stdout), lambda label, done, total: None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
    except ImportError:  # the doctor must also run in a damaged environment without rich
        yield Page(sys.stdout), lambda label, done, total: None
        return
    out = Console(highlight=False, markup=False, emoji=False)
    is_page = out.is_terminal and not quiet
    console = out if is_page else Console(stderr=True, highlight=False, markup=False)
    bars: dict[str, TaskID] = {}
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        bar.add_task("looking", total=None)

        def progress(label: str, done: int, total: int) -> None:
            if label not in bars:
                bars[label] = bar.add_task(label, total=total)
            bar.update(bars[label], completed=done, visible=done < total)

        yield Terminal(out) if is_page else Page(sys.stdout), progress
