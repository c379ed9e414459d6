"""The command: statuses, wrong usage, resuming, stopping, sampling, the planted set."""

import os
import pathlib
import signal
import time
from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from compat import cli as top
from compat.audit import session
from compat.audit.cli import main
from compat.audit.engines import EngineError, Outcome, Task
from compat.audit.engines.local import LocalEngine
from compat.audit.inputs.sources import Sources
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.storage import open_store
from compat.audit.task import Compare
from dispatcher import atomic_files, registry
from dispatcher.errors import BackendUnavailable
from tests.audit import planted
from tests.audit.runs import NOISE, PAIR, RESULTS, TERMS, Audit, encoded, rows_of, served, started
from tests.codemod.commands import put
from tests.conftest import ASSETS, Python, printed
from tests.doubles import fails
from tests.tables import table

pytestmark = pytest.mark.usefixtures("data")
SAME = {"other/a.wav": encoded(), "other/b.flac": encoded(kind="FLAC")}
SHIFTED = {"other/a.wav": encoded(NOISE[100:])}
UNREADABLE = {"data/c.wav": b"nothing", "other/c.wav": b"nothing"}
ONE_SIDE = dict.fromkeys(("data/d.m4a", "other/d.m4a"), (ASSETS / "stereo.m4a").read_bytes())
ALL = {**SHIFTED, **UNREADABLE, **ONE_SIDE}


# files beside those that are the same, what counts, the status, and the classes
@table(
    "files, fail_on, status, kinds",
    {
        "nothing": ({}, "differences,errors", 0, {"identical": 2}),
        "a difference": (SHIFTED, "differences,errors", 1, {"identical": 1, "shifted": 1}),
        "an error": (UNREADABLE, "differences,errors", 2, {"identical": 2, "error_both": 1}),
        "one side": (ONE_SIDE, "differences,errors", 2, {"identical": 2, "error_from": 1}),
        "both": ({**SHIFTED, **UNREADABLE}, "differences,errors", 2, {"identical": 1, "shifted": 1, "error_both": 1}),
        "both, errors do not count": ({**SHIFTED, **UNREADABLE}, "differences", 1, {"identical": 1, "shifted": 1, "error_both": 1}),
        "both, differences do not count": ({**SHIFTED, **UNREADABLE}, "errors", 2, {"identical": 1, "shifted": 1, "error_both": 1}),
        "shifts do not count": (SHIFTED, "length,metadata", 0, {"identical": 1, "shifted": 1}),
        "one class": (SHIFTED, "shifted", 1, {"identical": 1, "shifted": 1}),
        "what both fail at does not count": (UNREADABLE, "differences,error-from,error-to", 0, {"identical": 2, "error_both": 1}),
        "nothing counts": (ALL, "none", 0, {"identical": 1, "shifted": 1, "error_both": 1, "error_from": 1}),
    },
)
def test_exit_status(files: dict[str, bytes], fail_on: str, status: int, kinds: dict[str, int], audit: Audit) -> None:
    put({**SAME, **files})
    told = audit("data", "--against", "other", "--fail-on", fail_on, "--json")
    assert (told.status, told.summary["exit_status"], told.kinds) == (status, status, kinds)
    assert len(rows_of()) == sum(kinds.values())


@table(
    "arguments, message",
    {
        "no data": ((), "no DATA given"),
        "no such data": (("gone",), "gone: there is no such file or folder"),
        "no audio": (("empty",), "no audio files found in empty; 1 with other extensions skipped, --extensions chooses"),
        "no such release": (("data", "--from", "1.9"), "there is no release '1.9'"),
        "no releases": (("data", "--from", ""), "which releases? Say --from 2.0 --to 2.2"),
        "no new release": (("data", "--to", "", "--against", "data"), "Say --from 2.0 --to 2.2 --against data"),
        "two folders": (("data", "--to", "data", "--against", "data"), "--to data is a folder; leave out --against, --to-python"),
        "no such class": (("data", "--fail-on", "worse"), "--fail-on: there is no class 'worse'"),
        "nothing but links": (
            ("linked",),
            "no audio files found in linked; 1 folders behind links skipped, name them to include them",
        ),
        "no such results": (("--results", "gone.jsonl"), "gone.jsonl: there are no such results"),
        "another kind of results": (("data", "--results", "x.txt"), "ends in .jsonl or .parquet"),
        "no place for the report": (("data", "--report", "gone/x.html"), "--report gone/x.html: it cannot be written there"),
        "a report in the place of data": (("data", "--report", "data/a.wav"), "a file that ends in .html"),
        "no such counterpart": (("data", "--against", "gone"), "--against gone: there is no such folder"),
        "no such option": (("data", "--what"), "unrecognized arguments: --what"),
        "a negative number": (("data", "--jobs", "-1"), "it must not be negative"),
        "less than a file": (("data", "--sample", "-1"), "it must not be negative"),
        "no number for a tolerance": (("data", "--tolerance", "nan"), "it must be a number that is not negative"),
        "a tolerance without end": (("data", "--tolerance", "inf"), "it must be a number that is not negative"),
        "no such scheduler": (("data", "--scheduler", "here"), "--scheduler here: write tcp://HOST:PORT, or local[N]"),
        "a confidence of nothing": (("data", "--confidence", "0"), "it is a percentage"),
    },
)
def test_wrong_usage(arguments: tuple[str, ...], message: str, audit: Audit) -> None:
    put({"empty/notes.md": ""})
    os.mkdir("linked")
    os.symlink(os.path.abspath("data"), "linked/data")
    told = audit(*arguments)
    assert told.status == 3
    assert message in told.err
    assert pathlib.Path("data/a.wav").read_bytes() == encoded()


def test_a_backend_that_does_not_work_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the run, with what to do, and makes no rows."""
    monkeypatch.setitem(registry._opened, "soundfile", BackendUnavailable("it is not there"))
    with pytest.raises(EngineError, match=r"does not work here: it is not there\. Run `python -m compat\.doctor`"):
        Compare(TERMS)(Item("data/a.wav"))
    for name in registry.known():
        monkeypatch.setitem(registry._opened, name, BackendUnavailable("nor is this"))
    for old, why in (("2.2:dispatcher:ffmpeg", "here: nor is this"), ("2.2:dispatcher", "here: nor is this")):
        with pytest.raises(EngineError, match=why):
            Compare(Terms(old, TERMS.new))(Item("data/a.wav"))


def test_a_release_does_not_choose_another_backend_because_its_first_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sides would then decode alike here, and otherwise where the first one works."""
    monkeypatch.setitem(registry._opened, "ffmpeg", BackendUnavailable("it is not there"))
    with pytest.raises(EngineError, match=r"it is not there.* name a backend that works"):
        Compare(Terms("2.2:dispatcher", "2.2:dispatcher:soundfile"))(Item("data/a.wav"))
    assert Compare(Terms("2.2:dispatcher:soundfile", "2.1:dispatcher:soundfile"))(Item("data/a.wav")).kind == "identical"


@pytest.mark.skipif(os.name == "nt", reason="2.0 had no sox_io there")
def test_it_says_when_soundfile_stands_in_for_the_default(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(registry._opened, "sox", BackendUnavailable("it is not there"))
    for named, is_said in (("2.0", True), ("2.0:soundfile", False)):
        main(["--from", named, "--to", "2.2:soundfile", "--jobs", "1", "--quiet", "data"])
        said = capsys.readouterr()
        assert said.out.startswith("2.0:global:soundfile -> 2.2:dispatcher:soundfile: 2 files")
        assert ("sox_io was the default" in said.err) == is_said


@table(
    "why, status, message",
    {
        "Ctrl-C before the comparison": (KeyboardInterrupt(), 130, "torchaudio-compat audit: stopped\n"),
        "the workers fail": (EngineError("they are gone"), 3, "torchaudio-compat audit: they are gone\n"),
        "a bug of ours": (
            KeyError("mine"),
            3,
            "KeyError: 'mine'\ntorchaudio-compat audit: the audit itself failed; this is a bug of torchaudio-compat\n",
        ),
    },
)
def test_what_ends_it_is_not_taken_for_a_finding(
    why: BaseException, status: int, message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "plan", fails(why))
    assert main([*PAIR, "data"], "torchaudio-compat audit") == status
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(message)


def test_nobody_reads_what_it_says() -> None:
    process = started("data")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 141


@pytest.mark.parametrize(
    ("named", "chosen"),
    {"wav": {"data/a.wav"}, " .WAV, flac,": {"data/a.wav", "data/b.flac"}, "all": {"data/a.wav", "data/b.flac", "data/c.raw"}}.items(),
)
def test_extensions_choose(named: str, chosen: set[str], audit: Audit) -> None:
    put({"data/c.raw": b"nothing"})
    told = audit("data", "--extensions", named, "--json")
    assert {row["path"] for row in rows_of()} == chosen
    assert told.summary["files"]["passed_over"] == 3 - len(chosen)


def test_the_report_has_the_worst_and_it_says_where_the_page_is(audit: Audit) -> None:
    """At the end, once it is written; beside JSON on standard error."""
    told = audit("data", "--report", "audit.html", "--report-rows", 1)
    assert (told.status, told.out.splitlines()[-1]) == (0, "The page is audit.html.")
    page = pathlib.Path("audit.html").read_text(encoding="utf-8")
    for words in ("<p>The table has the worst 1 files; 1 more are in the results.</p>", '"drawings":[]', "data/a.wav"):
        assert words in page
    assert "data/b.flac" not in page
    told = audit("data", "--report", "audit.html", "--json")
    assert (told.summary["report"], told.err) == ("audit.html", "The page is audit.html.\n")


def test_a_report_that_cannot_be_written_after_all(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "urandom", lambda count: b"planted!")
    pathlib.Path(f"{atomic_files.TEMPORARY}{b'planted!'.hex()}").mkdir()
    told = audit("data", "--report", "audit.html")
    assert (told.status, "--report audit.html: it cannot be written: File exists" in told.err) == (3, True)


def test_files_that_do_not_come_back_are_missed() -> None:
    class Lossy(LocalEngine):
        def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
            return super().run(task, list(items)[1:])

    with open_store("audit.jsonl") as store, pytest.raises(EngineError, match="1 files did not come back"):
        list(session.run(TERMS, session.plan(Sources(("data",)), TERMS, store), store, Lossy(1)))


def test_rows_of_files_that_were_not_decoded() -> None:
    compare = Compare(TERMS)
    died = compare.crashed(Item("a.wav", "stamp", other="b.wav"), "it died")
    assert (died.kind, died.path, died.stamp, died.other, died.note) == ("crashed", "a.wav", "stamp", "b.wav", "it died")
    assert (died.from_error, died.to_error, died.from_side) == ("it died", None, TERMS.old)
    away = compare(Item("gone.wav", "stamp"))
    assert (away.kind, away.note) == ("error_both", "cannot read 'gone.wav': there is no such file")
    gone = compare(Item("memory://gone/a.wav"))
    assert (gone.kind, gone.from_error) == ("error_both", gone.to_error)
    assert gone.note.startswith("cannot fetch 'memory://gone/a.wav' (FileNotFoundError")


@pytest.mark.parametrize("option", ["--against", "--to"])
def test_a_counterpart_that_is_not_there(option: str, audit: Audit) -> None:
    put({"other/a.wav": encoded()})
    told = audit("data", option, os.path.abspath("other"), "--json")
    (row,) = told.summary["worst"]
    assert (told.status, told.kinds) == (2, {"identical": 1, "error_to": 1})
    assert row["note"] == f"the new side has no file {os.path.abspath('other/b.flac')!r}"
    assert "from_error" not in row


@pytest.mark.parametrize(("named", "kinds"), [("2.2", {"identical": 2}), ("./2.2", {"error_to": 2})])
def test_a_release_is_meant_where_a_folder_has_its_name(named: str, kinds: dict[str, int], audit: Audit) -> None:
    os.mkdir("2.2")
    assert audit("data", "--to", named, "--results", "audit.jsonl", "--json").kinds == kinds


def test_help_and_the_common_command(audit: Audit) -> None:
    told = audit("--help")
    assert (told.status, "exit status" in told.out) == (0, True)
    assert top.main(["audit", "--version"]) == 0


def counted(audit: Audit, *arguments: object) -> tuple[int, int, int]:
    """The status, the files that were done before, and those that are compared by now."""
    told = audit(*arguments, "--json")
    return told.status, told.summary["files"]["done_before"], told.summary["files"]["compared"]


@pytest.mark.parametrize("extension", ["jsonl", "parquet"])
def test_a_second_run_goes_on(extension: str, audit: Audit) -> None:
    results = ("--results", f"audit.{extension}")
    audit("data", *results)
    put({"data/c.wav": encoded(), "data/a.wav": encoded(NOISE[:3000])})  # changed since
    os.remove("data/b.flac")
    assert counted(audit, "data", *results) == (0, 0, 2)
    assert counted(audit, "data", "data/a.wav", *results) == (0, 2, 2)
    # all rows: that of the file that is gone, and that of the one that was changed
    assert counted(audit, *results)[2] == 4


def test_rows_made_on_other_terms_are_not_mixed_in(audit: Audit) -> None:
    audit("data")
    before = rows_of()
    told = audit("data", "--results", RESULTS, "--tolerance", "0.5")
    assert (told.status, "compared with other options" in told.err) == (3, True)
    assert rows_of() == before
    assert audit("data", "--results", RESULTS, "--tolerance", "0.5", "--fresh").status == 0


def test_errors_can_be_tried_again(audit: Audit) -> None:
    put({"data/c.wav": b"nothing"})
    for options, done in (((), 0), ((), 3), (("--retry-errors",), 2)):
        assert counted(audit, "data", *options) == (2, done, 3)


def test_a_sample_says_what_it_says(audit: Audit) -> None:
    put(dict.fromkeys([f"data/{number}.wav" for number in range(40)], encoded()))
    told = audit("data", "--sample", 30, "--json")
    sample, files = told.summary["sample"], told.summary["files"]
    assert (told.status, files["found"], files["compared"]) == (0, 42, 30)
    # of 2 files that differ a sample of 30 misses both in 8 %, of 3 all in 2 %
    assert (sample["fewest"], sample["most"], sample["high"]) == (0, 2, pytest.approx(2 / 42))
    assert sample["sentence"] == "0 of 30 sampled files are not the same: with 95 % confidence, at most 2 of all 42 files (4.8 %) are not."
    sample = audit("data", "--sample", 30, "--confidence", 99, "--json").summary["sample"]
    assert (sample["confidence"], sample["most"]) == (0.99, 3)
    assert counted(audit, "data", "--sample", 35)[1] == 30  # the larger sample has the smaller in it


def test_the_summary_for_people(audit: Audit) -> None:
    """With each note in full, and without what a name does to a terminal."""
    put({"data/bad\n\x1b[31m.wav": b"nothing", f"data/{'long' * 50}.wav": b"nothing"})
    told = audit("data")
    assert told.status == 2
    assert "2.0:global:soundfile -> 2.2:dispatcher:ffmpeg: 4 files" in told.out
    assert "both sides fail: data/bad\\x0a\\x1b[31m.wav" in told.out
    assert "\x1b" not in told.out
    [note] = [row["note"] for row in rows_of() if "long" in row["path"]]
    assert note in told.out


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_what_is_done_is_kept(blow: signal.Signals, audit: Audit) -> None:
    """Stopped midway, the next run does the rest; every file counts once."""
    put({"data/0.wav": encoded(np.tile(NOISE, (150, 1)))})
    for number in range(1, 200):
        os.link("data/0.wav", f"data/{number}.wav")
    results, limit = pathlib.Path(RESULTS), time.monotonic() + 60
    process = started("data")
    while not (results.exists() and results.stat().st_size):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < limit
        time.sleep(0.01)
    os.killpg(process.pid, blow)
    out, _ = process.communicate(timeout=60)
    if blow == signal.SIGINT:
        assert process.returncode == 130
        assert "Stopped. The rows so far are" in out
    kept = results.read_text().count("\n")
    assert 0 < kept < 202
    told = audit("data", "--json")
    assert (told.status, told.kinds, told.summary["files"]["done_before"]) == (0, {"identical": 202}, kept)


@pytest.fixture(scope="module")
def the_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, list[planted.Planted]]:
    """200 files in ten formats, every plant in every format; as many as ``AUDIT_FILES`` says, which is 2,000 in `make audit-check`."""
    root = tmp_path_factory.mktemp("planted")
    files = int(os.environ.get("AUDIT_FILES", "200"))
    return root, planted.make(root, files, seconds=1.5, sounds=4 if files < 1000 else 7)


# what 2.0 makes of these differs from 2.2 without anything planted: libsox drops the last frame of an mp3
REAL = {"2.1": {}, "2.0": {"mp3": ("length",)}}


@pytest.mark.parametrize("old", ["2.1", pytest.param("2.0", marks=pytest.mark.libsox)])
def test_everything_planted_is_found_and_named_and_nothing_else(old: str, the_set: tuple[pathlib.Path, list[planted.Planted]]) -> None:
    root, files = the_set
    arguments = ("--from", old, "--to", "2.2", root / "old", "--against", root / "new", "--results", RESULTS, "--jobs", 2, "--quiet")
    assert main([*map(str, arguments)]) == 2
    rows = {os.path.relpath(row["path"], root / "old"): row for row in rows_of()}
    assert len(rows_of()) == len(rows)
    assert rows.keys() == {file.path for file in files}
    for file in files:
        row = rows[file.path]
        expected = planted.PLANTS[file.plant] if file.plant else REAL[old].get(file.path.partition("/")[0], ("identical", "tolerance"))
        assert row["kind"] in expected, (file, row["note"])
        found = {
            "": lambda row: True,
            "shift": lambda row: row["shift"] == planted.SHIFT,
            "gain": lambda row: row["factor"] == pytest.approx(planted.GAIN, rel=0.02),
            "truncation": lambda row: row["to_frames"] < row["from_frames"],
            "rate": lambda row: "rate" in row["fields"].split(","),
            "unreadable": lambda row: row["to_error"],
        }[file.plant]
        assert found(row), (file, row)
    assert {file.plant for file in files} == {"", *planted.PLANTS}


@pytest.mark.libsox
def test_the_padding_of_mp3_is_found_between_real_releases(audit: Audit) -> None:
    told = audit("--from", "2.0:sox_io", ASSETS / "stereo_cbr.mp3", "--json")
    (row,), (shared,) = told.summary["worst"], told.summary["explanations"]
    assert (told.status, row["kind"], row["shift"]) == (1, "shifted", 2257)
    assert row["left_largest"] < 1e-5
    assert shared["sentence"].startswith("the only one is mp3: libsox keeps the encoder's padding")


def test_files_behind_urls_are_compared(audit: Audit) -> None:
    """Over HTTP, because worker processes do not share memory; libsox, which takes paths only, is one side where it is there."""
    with served("data") as address:
        told = audit(f"{address}/", "--from", "2.0", "--json")
    assert (told.status, told.kinds) == (0, {"identical": 2})


def test_nothing_heavy_is_imported_and_no_torch_at_all(python: Python) -> None:
    code = (
        "import sys, compat.audit.cli as c, compat.audit.session; c.parser(); assert 'numpy' not in sys.modules;"
        "import compat.audit.preload; assert 'av' in sys.modules; assert 'torch' not in sys.modules"
    )
    printed(python(code=code))
