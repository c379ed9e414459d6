"""What people are told: how far a run is, the summary, and what files of one class share."""

import dataclasses
import io
import json
import sys
import types
from collections.abc import Iterable
from typing import Any

import pytest

from compat.audit import progress
from compat.audit.breakdown import Breakdown
from compat.audit.options import Terms
from compat.audit.reporting import machine, terminal
from compat.audit.reporting.result import Result
from compat.audit.rows import Row
from tests.audit.runs import Terminal, known_terminal, plain, result
from tests.tables import table

FIRST, SECOND, THIRD = Row("a.wav", "identical"), Row("b.wav", "shifted"), Row("c.wav", "error_to")


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
    "a short run tells how much there is": [(1, "begin", (3, 0), "3 files to compare\n"), (1, "row", (FIRST,), ""), (28, "row", (SECOND,), "")],
    "a single file": [(1, "begin", (1, 0), "1 file to compare\n")],
    "a run that goes on": [(0, "begin", (1200, 34567), "1,200 files to compare, 34,567 done before\n")],
    "a search that takes long": [
        (29, "found", (999,), ""), (2, "found", (12345,), "12,345 files found so far\n"),
        (29, "found", (20000,), ""), (2, "found", (30000,), "30,000 files found so far\n"),
    ],
    "rate and what is left, since the comparison began": [
        (500, "begin", (1000, 0), "1,000 files to compare\n"), (10, "row", (FIRST,), ""), (10, "row", (SECOND,), ""), (10, "row", (FIRST,), ""),
        (10, "row", (THIRD,), "4 of 1,000 files, 0.1 a second, 2:46:00 left; 2 not the same\n"),
        (30, "row", (FIRST,), ""), (5, "row", (FIRST,), "6 of 1,000 files, 0.1 a second, 3:27:05 left; 2 not the same\n"),
    ],
    "the last of them": [
        (0, "begin", (2, 0), "2 files to compare\n"), (31, "row", (FIRST,), "1 of 2 files, 0.0 a second, 0:31 left; 0 not the same\n"),
        (31, "row", (FIRST,), "2 of 2 files, 0.0 a second, 0:00 left; 0 not the same\n"),
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
        told.row(SECOND)
    assert ("dashboard at http://[::1]:8787/status\n" in plain(err.getvalue())) != quiet
    assert bool(err.getvalue()) != quiet


# files found, rows and the seconds each took, and what the bar shows at the end
@table(
    "found, rows, each, texts",
    {
        "looking": (12, [], 0.0, ("12 files found so far",)),
        "some are the same": (3, [FIRST, FIRST], 0.25, ("2 of 3 files, 4.0 a second, 0:00 left; 0 not the same",)),
        "some are not": (4, [FIRST, SECOND, THIRD], 2.0, ("3 of 4 files, 0.5 a second, 0:02 left; 2 not the same",)),
        "fast ones": (2, [FIRST, SECOND], 1 / 4096, ("2 of 2 files, 4,096.0 a second", "1 not the same")),
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


TERMS = Terms("2.0:global:sox_io", "2.2:dispatcher")
SAME = Row("data/a.wav", "identical", seconds=61.0)
SHIFTED = Row("data/[red]b.wav", "shifted", "the new side lacks 7 frames", rms=0.25, seconds=3600.0)
BROKEN = Row("data/c\x1b[31m\udce9.wav", "error_to", "cannot\nread it [bold]", seconds=0.5)
BOTH = Row("data/d.wav", "error_both", "nobody can")


def told(rows: Iterable[Row] = (SAME,), **fields: Any) -> Result:
    return result(rows, TERMS, **fields)


@table(
    "made, text",
    {
        "one": (told(), "1 file, 1:01 of sound"),
        "some": (told([SAME, SHIFTED]), "2 files, 1:01:01 of sound"),
        "none yet": (told([], wanted=1), "0 of 1 file, 0:00 of sound"),
        "a part": (told([SAME, SAME], wanted=12345), "2 of 12,345 files, 2:02 of sound"),
        "gone on with": (told([SAME] * 3, done_before=2), "3 files, 3:03 of sound, 2 of them compared before"),
        "a sample": (told([SAME, SAME], found=4000, sample=2), "2 files (a sample of 4,000), 2:02 of sound"),
    },
)
def test_head(made: Result, text: str) -> None:
    assert terminal.head(made) == f"2.0:global:sox_io -> 2.2:dispatcher: {text}"


KEPT = "Every file's row is in rows.jsonl."
BOTH_FAIL = "A file that neither side can read also counts as an error; --fail-on changes that."
AGAIN = "--retry-errors compares again the files that could not be read."


@table(
    "made, notes",
    {
        "nothing to say": (told(results=""), []),
        "where the rows are": (told(), [KEPT]),
        "one passed over": (told(passed_over=1), ["1 file skipped because of the extension; --extensions chooses.", KEPT]),
        "more passed over": (
            told(passed_over=2000),
            ["2,000 files skipped because of the extension; --extensions chooses.", KEPT],
        ),
        "one link": (told(links=1), ["1 folder behind links skipped; name them to include them.", KEPT]),
        "links": (told(links=3), ["3 folders behind links skipped; name them to include them.", KEPT]),
        "a difference": (told([SHIFTED]), [KEPT]),
        "a failure": (told([BROKEN]), [AGAIN, KEPT]),
        "both fail": (told([BOTH]), [BOTH_FAIL, AGAIN, KEPT]),
        "stopped": (told(stopped="Stopped."), ["Stopped. The rows so far are in rows.jsonl; run the same command again to continue."]),
        "a sample of all": (told([SAME, SAME], sample=5), ["The sample contains all 2 files.", KEPT]),
        "a sample of nothing yet": (told([], sample=5), [KEPT]),
        "a sample with differences": (
            told([SAME, SHIFTED], sample=2, found=4),
            ["1 of 2 sampled files are not the same: with 95 % confidence, 1 to 3 of all 4 files (25 % to 75 %) are not.", KEPT],
        ),
        "a sample without": (
            told([SAME, SAME], sample=2, found=4),
            ["0 of 2 sampled files are not the same: with 95 % confidence, at most 2 of all 4 files (50 %) are not.", KEPT],
        ),
    },
)
def test_notes(made: Result, notes: list[str]) -> None:
    assert list(terminal.notes(made)) == notes


PLAIN = """\
2.0:global:sox_io -> 2.2:dispatcher: 4 files, 1:01:01 of sound
         1  identical               Both sides give the same samples, bit for bit.
         1  shifted                 The same sound, some frames earlier or later.
         1  only the new side fails The new side cannot read the file, the old one can.
         1  both sides fail         Neither side can read the file.

The worst
  only the new side fails: data/c\\x1b[31m\N{REPLACEMENT CHARACTER}.wav
      cannot\\x0aread it [bold]
  both sides fail: data/d.wav
      nobody can
  shifted: data/[red]b.wav
      the new side lacks 7 frames

A file that neither side can read also counts as an error; --fail-on changes that.
--retry-errors compares again the files that could not be read.
Every file's row is in rows.jsonl.
"""


def test_plainly() -> None:
    out, none = io.StringIO(), io.StringIO()
    terminal.write(told([SAME, SHIFTED, BROKEN, BOTH]), out)
    assert out.getvalue() == PLAIN
    terminal.write(told([]), none)
    assert none.getvalue().splitlines()[1:] == [
        "         0  identical               Both sides give the same samples, bit for bit.",
        "",
        KEPT,
    ]


def test_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same lines, each class in the colour of its group; nothing in a name is taken for a colour, and no path is cut or broken."""
    known_terminal(monkeypatch, columns=100)
    out, piped = Terminal(), io.StringIO()
    long = Row(f"data/{'long/' * 40}e.wav", "different", "from frame 7 on", rms=0.5)
    for place in (out, piped):
        terminal.write(told([SAME, SHIFTED, BROKEN, BOTH, long]), place)
    text = out.getvalue()
    for shown in ("\x1b[32m  identical", "\x1b[33m  shifted", "\x1b[31m  only the new side fails", "\x1b[1;33m         1\x1b"):
        assert shown in text, shown
    assert plain(text) == piped.getvalue()


PADDING = "libsox keeps the encoder's padding of an mp3; FFmpeg and libsndfile drop it"


def rows(number: int, path: str, kind: str, old: str | None = "sox", new: str | None = "ffmpeg", **fields: object) -> list[Row]:
    """Rows that differ in their number only, which takes the place of # in the path."""
    row = Row(path, kind, from_backend=old, to_backend=new)
    return [dataclasses.replace(row, path=path.replace("#", str(place)), **fields) for place in range(number)]


CLEAN = rows(60, "c/clean/#.wav", "identical")
PADDED = rows(31, "c/clean/#.mp3", "shifted", shift=1105)


def broken_down(given: Iterable[Row], **limits: int) -> Breakdown:
    breakdown = Breakdown(**limits)
    for row in given:
        breakdown.add(row)
    return breakdown


# rows, and the sentence for each class that has one
@table("given, sentences", {
    "the encoder's padding": (CLEAN + PADDED, {"shifted": f"all 31 are mp3: {PADDING}"}),
    "a corpus of mp3 only": (PADDED, {"shifted": f"all 31 are mp3: {PADDING}"}),
    "the sides the other way round": (
        CLEAN + rows(3, "c/#.mp3", "shifted", "ffmpeg", "sox", shift=-1105), {"shifted": f"all 3 are mp3: {PADDING}"},
    ),
    "libsndfile drops it too": (CLEAN + rows(3, "c/#.mp3", "shifted", new="soundfile", shift=9), {"shifted": f"all 3 are mp3: {PADDING}"}),
    "another environment drops it": (CLEAN + rows(3, "c/#.mp3", "shifted", new="torchaudio 2.2.2", shift=9), {"shifted": f"all 3 are mp3: {PADDING}"}),
    "one file with a known cause": (CLEAN + PADDED[:1], {"shifted": f"the only one is mp3: {PADDING}"}),
    "padding with the wrong sign": (CLEAN + rows(3, "c/#.mp3", "shifted", shift=-1105), {"shifted": "all 3 are mp3"}),
    "padding too long": (CLEAN + rows(3, "c/#.mp3", "shifted", shift=44100), {"shifted": "all 3 are mp3"}),
    "padding by one backend": (CLEAN + rows(3, "c/#.mp3", "shifted", "sox", "sox", shift=9), {"shifted": "all 3 are mp3"}),
    "most": (CLEAN + PADDED[:19] + rows(1, "c/clean/#.ogg", "shifted"), {"shifted": f"19 of 20 are mp3: {PADDING}"}),
    "not enough for most": (CLEAN + PADDED[:8] + rows(2, "c/clean/#.ogg", "shifted"), {}),
    "others of the format are the same": (
        CLEAN + rows(5, "c/clean/s#.mp3", "identical") + rows(5, "c/clean/#.mp3", "length"), {"length": "all 5 are mp3 (of 10 such files)"},
    ),
    "a folder": (CLEAN + rows(4, "c/noisy/#.wav", "different"), {"different": "all 4 are in noisy/"}),
    "a folder further down": (
        CLEAN + rows(9, "c/train/a/#.wav", "identical") + rows(4, "c/train/b/#.wav", "different"), {"different": "all 4 are in train/ (of 13 such files)"},
    ),
    "a backend": (CLEAN + rows(4, "c/clean/x#.wav", "scaled", new="soundfile"), {"scaled": "all 4 are read by sox -> soundfile"}),
    "a side that fails has no backend": (CLEAN + rows(4, "c/clean/x#.wav", "error_to", new=None), {}),
    "what fails is in a folder": (
        CLEAN + rows(4, "c/cut/x#.wav", "error_to", new=None), {"error_to": "all 4 are in cut/"},
    ),
    "only what all files share": (rows(5, "c/a#.wav", "identical") + rows(5, "c/b#.wav", "different"), {}),
    "a common format by chance": (rows(95, "c/a#.wav", "identical") + rows(2, "c/b#.wav", "different") + rows(5, "c/#.ogg", "identical"), {}),
    "one file": (CLEAN + rows(1, "c/clean/#.ogg", "different"), {}),
    "each of another format": (CLEAN + [row for kind in ("ogg", "mp3", "au") for row in rows(1, f"c/clean/#.{kind}", "different")], {}),
    "many formats": (CLEAN + [row for kind in ("ogg", "mp3", "au", "gsm") for row in rows(2, f"c/clean/#.{kind}", "different")], {}),
    "no extension": (CLEAN + rows(2, "c/clean/#", "different"), {"different": "all 2 are without extension"}),
    "what is the same needs no explanation": (CLEAN + rows(5, "c/clean/#.flac", "tolerance"), {}),
    "addresses": (
        rows(9, "s3://b/x/#.wav?v=1", "identical") + rows(3, "s3://b/y/#.ogg?v=1", "different"), {"different": "all 3 are ogg"},
    ),
    "paths of Windows": (rows(9, r"C:\c\x\#.wav", "identical") + rows(3, r"C:\c\y\#.wav", "different"), {"different": "all 3 are in y/"}),
})  # fmt: skip
def test_explanations(given: list[Row], sentences: dict[str, str]) -> None:
    for order in (given, given[::-1]):
        assert {one.kind: one.sentence for one in broken_down(order).explanations()} == sentences


@pytest.mark.parametrize(
    ("paths", "folders"),
    [
        ([], {}),
        (["a.wav"], {"./": 1}),
        (["c/a.wav", "c/b.wav"], {"./": 2}),
        (["c/x/a.wav", "c/y/z/b.wav", "c/y/c.wav"], {"x/": 1, "y/": 2}),
        (["c/a.wav", "c/x/a.wav"], {"./": 1, "x/": 1}),
        (["/a/b.wav", "/c/b.wav"], {"a/": 1, "c/": 1}),
        (["/a/b.wav", "c/b.wav"], {"/": 1, "c/": 1}),
        (["a/ab/1.wav", "a/ac/1.wav"], {"ab/": 1, "ac/": 1}),
    ],
)
def test_folders_are_named_below_the_common_one(paths: list[str], folders: dict[str, int]) -> None:
    found = broken_down(Row(path, "identical") for path in paths).folders()
    assert {name: kinds.total() for name, kinds in found.items()} == folders


def test_many_folders_take_little_memory() -> None:
    """The deepest ones are counted together; nothing is lost, and the upper ones are told apart."""
    breakdown = broken_down((Row(f"c/{number % 3}/{number % 7}/{number}/a.wav", "identical") for number in range(3000)), folders=10)
    assert {name: kinds.total() for name, kinds in breakdown.folders().items()} == {"0/": 1000, "1/": 1000, "2/": 1000}
    assert len(breakdown._folders) <= 10


def test_in_the_terminal() -> None:
    out = io.StringIO()
    terminal.write(result(CLEAN + PADDED), out)
    lines = out.getvalue().splitlines()
    place = lines.index(f"{31:>10}  {'shifted':<23} The same sound, some frames earlier or later.")
    assert lines[place + 1] == f"{'':36}all 31 are mp3: {PADDING}"


def test_in_the_json() -> None:
    out = io.StringIO()
    machine.write(result(CLEAN + PADDED, report="audit.html"), out)
    found = json.loads(out.getvalue())
    assert found["report"] == "audit.html"
    assert found["breakdown"] == {
        "format": {"mp3": {"shifted": 31}, "wav": {"identical": 60}},
        "backend": {"sox -> ffmpeg": {"identical": 60, "shifted": 31}},
        "folder": {"./": {"identical": 60, "shifted": 31}},
    }
    assert found["explanations"] == [
        {
            "kind": "shifted", "dimension": "format", "value": "mp3", "covered": 31, "number": 31, "among": 31, "cause": PADDING,
            "sentence": f"all 31 are mp3: {PADDING}",
        }
    ]  # fmt: skip
