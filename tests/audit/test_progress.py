"""What is told while a run goes on, by a clock that the tests move."""

import sys
import types

import pytest

from compat.audit import progress
from compat.audit.rows import Row
from tests.audit.runs import Terminal, known_terminal, plain
from tests.tables import table

SAME, OTHER, BROKEN = Row("a.wav", "identical"), Row("b.wav", "shifted"), Row("c.wav", "error_to")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Seconds that pass when told to."""
    made = types.SimpleNamespace(now=1000.0)
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: made.now))
    return made


def shown_on(monkeypatch: pytest.MonkeyPatch, *, tty: bool) -> Terminal:
    """Standard error as the test has it, wide enough for the bar and known to take colours."""
    made = Terminal(tty=tty)
    monkeypatch.setattr(sys, "stderr", made)
    known_terminal(monkeypatch, columns=200)
    return made


# seconds that pass before each event, the event, and what it tells
LINES: dict[str, list[tuple[float, str, tuple[object, ...], str]]] = {
    "a short run tells how much there is": [(1, "begin", (3, 0), "3 files to compare\n"), (1, "row", (SAME,), ""), (28, "row", (OTHER,), "")],
    "a single file": [(1, "begin", (1, 0), "1 file to compare\n")],
    "a run that goes on": [(0, "begin", (1200, 34567), "1,200 files to compare, 34,567 done before\n")],
    "a search that takes long": [
        (29, "found", (999,), ""), (2, "found", (12345,), "12,345 files found so far\n"),
        (29, "found", (20000,), ""), (2, "found", (30000,), "30,000 files found so far\n"),
    ],
    "rate and what is left, since the comparison began": [
        (500, "begin", (1000, 0), "1,000 files to compare\n"), (10, "row", (SAME,), ""), (10, "row", (OTHER,), ""), (10, "row", (SAME,), ""),
        (10, "row", (BROKEN,), "4 of 1,000 files, 0.1 a second, 2:46:00 left; 2 not the same\n"),
        (30, "row", (SAME,), ""), (5, "row", (SAME,), "6 of 1,000 files, 0.1 a second, 3:27:05 left; 2 not the same\n"),
    ],
    "the last of them": [
        (0, "begin", (2, 0), "2 files to compare\n"), (31, "row", (SAME,), "1 of 2 files, 0.0 a second, 0:31 left; 0 not the same\n"),
        (31, "row", (SAME,), "2 of 2 files, 0.0 a second, 0:00 left; 0 not the same\n"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_lines_for_a_log(case: str, clock: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    err = shown_on(monkeypatch, tty=False)
    with progress.shown(quiet=False) as told:
        for passed, event, arguments, line in LINES[case]:
            clock.now += passed
            err.truncate(err.seek(0))
            getattr(told, event)(*arguments)
            assert err.getvalue() == line, (event, arguments)


@pytest.mark.parametrize("tty", [False, True])
@pytest.mark.parametrize("quiet", [False, True])
def test_a_note_stays_and_quiet_tells_nothing(
    quiet: bool, tty: bool, clock: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = shown_on(monkeypatch, tty=tty)
    with progress.shown(quiet=quiet) as told:
        clock.now += 100
        told.found(5)
        told.note("dashboard at http://[::1]:8787/status")
        told.begin(5, 1)
        clock.now += 100
        told.row(OTHER)
    assert ("dashboard at http://[::1]:8787/status\n" in plain(err.getvalue())) != quiet
    assert bool(err.getvalue()) != quiet


# files found, rows and the seconds each took, and what the bar shows at the end
@table(
    "found, rows, each, texts",
    {
        "looking": (12, [], 0.0, ("12 files found so far",)),
        "some are the same": (3, [SAME, SAME], 0.25, ("2 of 3 files, 4.0 a second, 0:00 left; 0 not the same",)),
        "some are not": (4, [SAME, OTHER, BROKEN], 2.0, ("3 of 4 files, 0.5 a second, 0:02 left; 2 not the same",)),
        "fast ones": (2, [SAME, OTHER], 1 / 4096, ("2 of 2 files, 4,096.0 a second", "1 not the same")),
    },
)
def test_a_bar_on_a_terminal(
    found: int, rows: list[Row], each: float, texts: tuple[str, ...], clock: types.SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    err = shown_on(monkeypatch, tty=True)
    with progress.shown(quiet=False) as told:
        clock.now += 70  # the search is no part of the rate
        told.found(found)
        if rows:
            told.begin(found, 1)
        for row in rows:
            clock.now += each
            told.row(row)
        err.truncate(err.seek(0))
    for text in texts:
        assert text in plain(err.getvalue())
    assert err.getvalue().endswith("\x1b[2K")  # and is gone when the run is over


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (3723.5, "1:02:03"), (36e5, "1,000:00:00")],
)
def test_duration(seconds: float, text: str) -> None:
    assert progress.duration(seconds) == text
