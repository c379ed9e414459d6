"""The verdict on results that are made up, and how a page and a report tell it."""

import pytest

from compat.commands.shell import Line
from compat.diagnosis.findings import Finding, Mend, Result, Status, error, note, ok, skipped, warning
from compat.doctor import page, report, verdict
from compat.doctor.verdict import Course

REINSTALL = Mend("Install it again", (Line("pip install it"),))
TORCH = error("torch is half there", why="A download broke off.", mend=REINSTALL, subject="torch", evidence=("a", "b"))
TORCHAUDIO = error("torchaudio does not load", mend=Mend(commands=(Line("pip install torchaudio"),)), subject="torchaudio")
LACKING = error("files are missing", subject="torchaudio", cause="a")
VARIABLE = warning("a variable does nothing", mend=Mend("Unset it"), subject="variables")
CFFI = error("cffi does not import", subject="av")
NO_TRIP = Result("round-trip", "Round trip", (error("ffmpeg: no attribute 'arange'", subject="av"),))
TRIP = Result("round-trip", "Round trip", (ok("ffmpeg exact"),))
RESCUE = Result("rescue", "Rescue", (ok("by its own Python part"),))
_STANDIN = "compat.install() works here without any fix, for load, save and info: it needs no torchaudio for them."
_RESCUED = "compat.install() works here without any fix: it imports torchaudio without its compiled part, see Rescue."


def results(*findings: Finding) -> list[Result]:
    return [Result(f"check-{place}", f"Check {place}", (finding,)) for place, finding in enumerate(findings)]


@pytest.mark.parametrize(
    ("looked", "text", "exit_status", "also", "meanwhile"),
    [
        ([], "Nothing was checked.", 0, [], ""),
        (results(skipped("no")), "Nothing was checked.", 0, [], ""),
        (results(ok("yes"), note("so")), "Healthy.", 0, [], ""),
        (results(VARIABLE), "A variable does nothing.", 1, [], ""),
        ([Result(verdict.FILE, "song", (error("it is empty", subject="song"),))], "song: it is empty.", 2, [], ""),
        # what follows from torch is part of it, what does not is told besides
        (results(TORCH, TORCHAUDIO, VARIABLE), "torch is half there.", 2, ["a variable does nothing"], ""),
        # the same command mends both
        (results(TORCH, error("more of it", mend=REINSTALL, subject="numpy")), "torch is half there.", 2, [], ""),
        # samples need torch, and no torchaudio
        ([*results(TORCH), NO_TRIP], "torch is half there.", 2, [], ""),
        ([*results(TORCHAUDIO), NO_TRIP], "torchaudio does not load.", 2, ["ffmpeg: no attribute 'arange'"], ""),
        (results(CFFI), "cffi does not import.", 2, [], ""),
        ([*results(TORCHAUDIO), TRIP], "torchaudio does not load.", 2, [], _STANDIN),
        ([*results(TORCHAUDIO), RESCUE, TRIP], "torchaudio does not load.", 2, [], _RESCUED),
        ([*results(TORCH), TRIP], "torch is half there.", 2, [], ""),
        # of one package the first problem is the cause of the others, and a warning never hides an error
        (results(LACKING, error("it does not import", subject="torchaudio")), "Files are missing.", 2, [], ""),
        (results(error("torch hangs", subject="torch"), error("torchaudio hangs", subject="torchaudio")), "torch hangs.", 2, [], ""),
        (results(warning("leftovers", subject="torch"), TORCH), "torch is half there.", 2, ["leftovers"], ""),
        (results(TORCH, warning("slow", subject="torch")), "torch is half there.", 2, [], ""),
        (results(error("one", subject="av"), error("other", subject="libsox")), "One.", 2, ["other"], ""),
        (results(ok("a"), note("b"), skipped("c")), "Healthy.", 0, [], ""),
        (results(Finding(Status.CRASHED, "it crashed", subject="a"), VARIABLE), "It crashed.", 3, ["a variable does nothing"], ""),
        (results(Finding(Status.CRASHED, "it crashed", subject="a"), error("bad", subject="b")), "Bad.", 2, ["it crashed"], ""),
    ],
)
def test_the_verdict(looked: list[Result], text: str, exit_status: int, also: list[str], meanwhile: str) -> None:
    found = verdict.of(looked)
    assert (found.text, found.exit, found.meanwhile) == (text, exit_status, meanwhile)
    assert [finding.text for _, finding in found.also] == also


FROM_TORCH = error("torchaudio lacks a file", mend=Mend("Take it", (Line("pip install torchaudio==2.5.1"),)), subject="torchaudio")


@pytest.mark.parametrize(
    ("looked", "under"),
    [
        ((TORCH, TORCHAUDIO), ["", "Check 0"]),  # torchaudio stands on torch
        ((TORCHAUDIO, FROM_TORCH), ["", "Check 0"]),
        ((TORCHAUDIO, TORCH), ["", ""]),  # and torch does not on torchaudio
        ((VARIABLE, TORCH, FROM_TORCH, TORCHAUDIO), ["", "", "Check 1", "Check 1"]),
        ((warning("torch is odd", subject="torch"), TORCHAUDIO), ["", ""]),  # a warning breaks nothing
        ((TORCH, note("torchaudio is old", subject="torchaudio")), ["", ""]),  # a note is no problem
    ],
)
def test_what_follows_from_the_root_has_no_mend_of_its_own(looked: tuple[Finding, ...], under: list[str]) -> None:
    course = Course()
    assert [course.under(result, result.findings[0]) for result in results(*looked)] == under


def test_the_report_says_where_the_mend_stands() -> None:
    told = results(TORCH, FROM_TORCH)
    text = report.document(told, verdict.of(told))
    assert "fix      as under Check 0\n" in text
    assert "torchaudio==2.5.1" not in text


@pytest.mark.parametrize(
    ("looked", "lines"),
    [
        (results(ok("yes")), [("verdict", "Healthy.")]),
        (
            results(TORCH, VARIABLE),
            [
                ("root cause", "torch is half there."),
                ("next", "Install it again:"),
                ("", "pip install it"),
                ("also", "a variable does nothing (check check-1)"),
            ],
        ),
        (results(VARIABLE), [("verdict", "A variable does nothing."), ("next", "Unset it.")]),
        (
            [*results(TORCHAUDIO), TRIP],
            [
                ("root cause", "torchaudio does not load."),
                ("next", "pip install torchaudio"),
                ("meanwhile", _STANDIN),
            ],
        ),
    ],
)
def test_the_page_tells_the_verdict(looked: list[Result], lines: list[tuple[str, str]]) -> None:
    assert [(line.label, line.text) for line in page.of_verdict(verdict.of(looked))] == lines


def test_the_page_tells_of_each_finding_once() -> None:
    """A reason that was just given, and a mend that stands under another check, are not repeated."""
    again = error("numpy is half there", why=TORCH.why, mend=REINSTALL, subject="numpy")
    result = Result("files", "Files", (ok("torch whole"), TORCH, again))
    told = [(line.label, line.text) for line in page.of_result(result, {}, Course())]
    assert told == [
        ("error", "torch is half there"),
        ("why", "A download broke off."),
        ("seen", "a"),
        ("seen", "b"),
        ("fix", "Install it again:"),
        ("", "pip install it"),
        ("error", "numpy is half there"),
        ("fix", "as under Files"),
    ]
    assert ("ok", "torch whole") in [(line.label, line.text) for line in page.of_result(result, {}, Course(), verbose=True)]


def test_the_report_is_the_page_in_a_block_that_nothing_ends() -> None:
    looked = results(TORCH._replace(evidence=("```", "a")), VARIABLE)
    head, begin, rest = report.document(looked, verdict.of(looked)).partition("\n\n```text\n")
    assert head.startswith("### torchaudio-compat")
    assert begin
    assert rest.count("```") == 1
    assert rest.endswith("\n```\n")
    assert "also        a variable does nothing (check check-1)\n" in rest
    assert "seen     '''\n          seen     a\n" in rest
    assert "fix      Unset it.\n" in rest
