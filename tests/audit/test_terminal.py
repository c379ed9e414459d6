"""The summary for people: what it says, in colour on a terminal and plainly elsewhere."""

import io
from collections.abc import Iterable
from typing import Any

import pytest

from compat.audit.options import Terms
from compat.audit.reporting import terminal
from compat.audit.reporting.result import Result
from compat.audit.rows import Row
from tests.audit.runs import Terminal, known_terminal, plain, result
from tests.tables import table

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


def test_plainly_where_not_every_letter_can_be_written() -> None:
    kept = io.BytesIO()
    out = io.TextIOWrapper(kept, encoding="ascii")
    terminal.write(told([Row("data/\N{HIRAGANA LETTER A}.wav", "shifted")]), out)
    assert b"  shifted: data/?.wav\n" in kept.getvalue()


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
