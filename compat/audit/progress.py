"""Show the progress of a run on standard error: a bar on a terminal, else a line now and then."""

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Any

from compat.audit.classes import CLASSES, SAME
from compat.audit.rows import Row

_EVERY = 30.0


class Progress:
    """Counts what is done while a run goes on, and shows nothing of it."""

    def __init__(self) -> None:
        self._todo = self._done = self._differ = 0
        self._begun = self._told = time.monotonic()

    def waiting(self, text: str) -> None:
        """Tell what the run waits for, or begins."""

    def note(self, text: str) -> None:
        """Tell something that stays on the screen, such as an address."""

    def _at(self, text: str) -> None:
        """Tell how far the run is."""

    def found(self, number: int) -> None:
        """Tell how many files were found so far."""
        self._at(f"{number:,} files found so far")

    def begin(self, todo: int, done_before: int) -> None:
        """Tell that the comparison begins."""
        self._todo, self._begun = todo, time.monotonic()
        before = f", {done_before:,} done before" if done_before else ""
        self.waiting(f"{todo:,} {'file' if todo == 1 else 'files'} to compare{before}")

    def row(self, row: Row) -> None:
        """Tell that a file is done."""
        self._done += 1
        self._differ += CLASSES[row.kind].group != SAME
        rate = self._done / max(time.monotonic() - self._begun, 1e-9)
        left = duration((self._todo - self._done) / rate)
        self._at(
            f"{self._done:,} of {self._todo:,} files, {rate:,.1f} a second, {left} left; "
            f"{self._differ:,} not the same"
        )


class Lines(Progress):
    """Shows a line every half minute, for a log."""

    def waiting(self, text: str) -> None:
        self._told = time.monotonic()
        print(text, file=sys.stderr, flush=True)

    note = waiting

    def _at(self, text: str) -> None:
        if time.monotonic() - self._told > _EVERY:
            self.waiting(text)


class Bar(Progress):
    """Shows a bar, and beside it what a log would have."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self._bar, self._task = bar, bar.add_task("looking for files", total=None)

    def waiting(self, text: str) -> None:
        self._bar.update(self._task, description=text)

    def note(self, text: str) -> None:
        self._bar.console.print(text, soft_wrap=True, markup=False, highlight=False)

    def _at(self, text: str) -> None:
        self._bar.update(
            self._task, description=text, completed=self._done, total=self._todo or None
        )


def duration(seconds: float) -> str:
    """Return a length of time, such as 1:02:03."""
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours:,}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


@contextlib.contextmanager
def shown(*, quiet: bool) -> Iterator[Progress]:
    """Yield the progress display that suits standard error."""
    if quiet:
        yield Progress()
        return
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    columns = BarColumn(bar_width=20), TextColumn("{task.description}")
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Bar(bar)
