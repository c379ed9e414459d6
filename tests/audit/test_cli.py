"""The command: statuses, wrong usage, odd entries, resuming, stopping, sampling, the planted set."""

import dataclasses
import json
import os
import pathlib
import shlex
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from compat import cli as top
from compat.audit import comparison, session
from compat.audit.cli import main
from compat.audit.engines import EngineError, Outcome, Task
from compat.audit.engines.local import LocalEngine
from compat.audit.inputs.sources import Sources
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.rows import Row
from compat.audit.storage import open_store
from compat.audit.task import Compare
from dispatcher import atomic_files, registry
from dispatcher.errors import BackendUnavailable
from tests.audit import planted
from tests.audit.runs import NOISE, PAIR, RESULTS, TERMS, Audit, encoded, rows_of, served, started
from tests.codemod.commands import Files, put
from tests.conftest import ASSETS, Python, printed
from tests.doubles import fails
from tests.tables import table

pytestmark = pytest.mark.usefixtures("data")
LISTED = b"data/a.wav\n"
SAME = {"other/a.wav": encoded(), "other/b.flac": encoded(kind="FLAC")}
SHIFTED = {**SAME, "other/a.wav": encoded(NOISE[100:])}
UNREADABLE = {**SAME, "data/c.wav": b"nothing", "other/c.wav": b"nothing"}
BOTH = {**SHIFTED, **UNREADABLE, "other/a.wav": SHIFTED["other/a.wav"]}
ONE_SIDE = {**SAME, **dict.fromkeys(("data/d.m4a", "other/d.m4a"), (ASSETS / "stereo.m4a").read_bytes())}
KINDS = {"identical": 1, "shifted": 1, "error_both": 1}
ONE_BROKEN = {"identical": 1, "error_both": 1}
UNCLOSED = b'path,text\ndata/a.wav,"one\ndata/a.wav,two\ndata/a.wav,three\n'
NUMBER = b'{"path": "data/a.wav", "x": '


def _socket() -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("data/s.wav")


# what is put beside the two files that are the same, the arguments, the status, and the classes of the rows
@table("files, arguments, status, kinds", {
    "nothing": (SAME, "data --against other", 0, {"identical": 2}),
    "a difference": (SHIFTED, "data --against other", 1, {"identical": 1, "shifted": 1}),
    "an error": (UNREADABLE, "data --against other", 2, {"identical": 2, "error_both": 1}),
    "one side": (ONE_SIDE, "data --against other", 2, {"identical": 2, "error_from": 1}),
    "both": (BOTH, "data --against other", 2, KINDS),
    "both, errors do not count": (BOTH, "data --against other --fail-on differences", 1, KINDS),
    "both, differences do not count": (BOTH, "data --against other --fail-on errors", 2, KINDS),
    "shifts do not count": (SHIFTED, "data --against other --fail-on length,metadata", 0, {"identical": 1, "shifted": 1}),
    "one class": (SHIFTED, "data --against other --fail-on shifted", 1, {"identical": 1, "shifted": 1}),
    "what both fail at does not count": (
        UNREADABLE, "data --against other --fail-on differences,error-from,error-to", 0, {"identical": 2, "error_both": 1},
    ),
    "nothing counts": ({**ONE_SIDE, **BOTH}, "data --against other --fail-on none", 0, {**KINDS, "error_from": 1}),
    "a release, where a folder has its name": ({"2.2/notes.md": ""}, "data --to 2.2", 0, {"identical": 2}),
    "a folder with the name of a release": ({"2.2/notes.md": ""}, "data --to ./2.2", 2, {"error_to": 2}),
    # an entry that is odd is a row, and a second run goes on after it
    "NUL in a list": ({"list.txt": LISTED + b"data/b\0c.wav\n"}, "list.txt", 2, ONE_BROKEN),
    "NUL in JSON": ({"list.jsonl": b'{"path": "data/a.wav"}\n{"path": "data/b\\u0000.wav"}\n'}, "list.jsonl", 2, ONE_BROKEN),
    "NUL in a URL": ({"list.txt": LISTED + b"memory://x/b.w\0v\n"}, "list.txt", 2, ONE_BROKEN),
    "half a pair of UTF-16": ({"list.jsonl": b'{"path": "data/a.wav"}\n{"path": "\\ud800.wav"}\n'}, "list.jsonl", 2, ONE_BROKEN),
    "a name that is too long": ({"list.txt": LISTED + b"x" * 9000 + b".wav\n"}, "list.txt", 2, ONE_BROKEN),
    "a device without an end": ({"list.txt": LISTED + b"/dev/zero\n"}, "list.txt", 2, ONE_BROKEN),
    "a URL that is none": ({"list.txt": LISTED + b"http://[x/b.wav\n"}, "list.txt", 2, ONE_BROKEN),
    "a huge field": ({"list.csv": b'path,text\ndata/a.wav,"' + b"x" * 300000 + b'"\n'}, "list.csv", 0, {"identical": 1}),
    "a huge field of tabs": ({"list.tsv": b"text\tpath\n" + b"x" * 200000 + b"\tdata/a.wav\n"}, "list.tsv", 0, {"identical": 1}),
    "a mark before the first line": ({"list.txt": b"\xef\xbb\xbfdata/a.wav\r\n"}, "list.txt", 0, {"identical": 1}),
    "a mark before JSON": ({"list.jsonl": b'\xef\xbb\xbf{"path": "data/a.wav"}\r\n'}, "list.jsonl", 0, {"identical": 1}),
    "a mark before a table": ({"list.csv": b"\xef\xbb\xbfpath,x\r\ndata/a.wav,1\r\n"}, "list.csv", 0, {"identical": 1}),
    "more columns": ({"list.csv": b"path,x\ndata/a.wav,1,2,3\n"}, "list.csv", 0, {"identical": 1}),
    "a quoted text over lines": ({"list.csv": b'text,path\n"one, two\nthree",data/a.wav\n'}, "list.csv", 0, {"identical": 1}),
    "numbers of JSON that are none": ({"list.jsonl": b'{"path": "data/a.wav", "d": 1e999, "e": NaN}\n'}, "list.jsonl", 0, {"identical": 1}),
})  # fmt: skip
def test_what_a_run_comes_to(files: Files, arguments: str, status: int, kinds: dict[str, int], audit: Audit) -> None:
    put(files)
    for done_before in (0, sum(kinds.values())):
        told = audit(*arguments.split(), "--json", "--results", RESULTS)
        assert (told.status, told.summary["exit_status"], told.kinds) == (status, status, kinds)
        assert told.summary["files"]["done_before"] == done_before
        assert len(rows_of()) == sum(kinds.values())


# what is made in the folder, what is compared, and the classes of the rows
@table("make, named, kinds", {
    "a link to itself": (lambda: os.symlink("loop.wav", "data/loop.wav"), "data", {"identical": 2, "error_both": 1}),
    "links in a ring": (
        lambda: (os.symlink("c.wav", "data/b.wav"), os.symlink("b.wav", "data/c.wav")), "data", {"identical": 2, "error_both": 2},
    ),
    "a pipe, which would never end": (lambda: os.mkfifo("data/pipe.wav"), "data/pipe.wav", {"error_both": 1}),
    "a socket": (_socket, "data/s.wav", {"error_both": 1}),
    "a folder in a list": (lambda: os.mkdir("data/d.wav"), "data/d.wav", {"error_both": 1}),
    "names of lines and bytes": (
        lambda: [os.link("data/a.wav", name) for name in (b"data/new\nline.wav", b"data/\xff\xfe.wav")], "data", {"identical": 4},
    ),
})  # fmt: skip
def test_an_odd_file_is_a_row(make: Callable[[], object], named: str, kinds: dict[str, int], audit: Audit) -> None:
    """And a second run goes on after it."""
    make()
    put({"list.txt": f"{named}\n"})
    for done_before in (0, sum(kinds.values())):
        told = audit("--json", named if named == "data" else "list.txt")
        assert (told.kinds, told.summary["files"]["done_before"]) == (kinds, done_before)


# what is put there, the arguments, and words of the error
@table("files, arguments, message", {
    "no data": ({}, "", "no DATA given"),
    "no such data": ({}, "gone", "gone: there is no such file or folder"),
    "no audio": (
        {"empty/notes.md": ""}, "empty", "no audio files found in empty; skipped: 1 with other extensions (--extensions chooses), 0 folders",
    ),
    "no such release": ({}, "data --from 1.9", "there is no release '1.9'"),
    "no releases": ({}, "data --from ''", "which releases? Say --from 2.0 --to 2.2"),
    "no new release": ({}, "data --to '' --against data", "Say --from 2.0 --to 2.2 --against data"),
    "two folders": ({}, "data --to data --against data", "--to data is a folder; leave out --against, --to-python"),
    "no such class": ({}, "data --fail-on worse", "--fail-on: there is no class 'worse'"),
    "nothing but links": ({}, "linked", "no audio files found in linked; skipped: 0 with other extensions (--extensions chooses), 1 folders behind links"),
    "no such results": ({}, "--results gone.jsonl", "gone.jsonl: there are no such results"),
    "another kind of results": ({}, "data --results x.txt", "ends in .jsonl or .parquet"),
    "no place for the report": ({}, "data --report gone/x.html", "--report gone/x.html: it cannot be written there"),
    "a report in the place of data": ({}, "data --report data/a.wav", "a file that ends in .html"),
    "no such counterpart": ({}, "data --against gone", "--against gone: there is no such folder"),
    "no such option": ({}, "data --what", "unrecognized arguments: --what"),
    "a negative number": ({}, "data --jobs -1", "it must not be negative"),
    "less than a file": ({}, "data --sample -1", "it must not be negative"),
    "no number for a tolerance": ({}, "data --tolerance nan", "it must be a number that is not negative"),
    "a tolerance without end": ({}, "data --tolerance inf", "it must be a number that is not negative"),
    **{
        f"no such scheduler: {address}": ({}, f"data --scheduler {address}", f"--scheduler {address}: write tcp://HOST:PORT, or local[N]")
        for address in ("here", "local[x]", "local[2")
    },
    "a confidence of nothing": ({}, "data --confidence 0", "it is a percentage"),
    # the error names the list
    "a quote that is never closed": ({"list.csv": UNCLOSED}, "list.csv", "audit: list.csv"),
    "a quote that the next row closes": ({"list.csv": UNCLOSED.replace(b",two", b',"two"')}, "list.csv", "audit: list.csv"),
    "a list in UTF-16": ({"list.txt": "data/a.wav\n".encode("utf-16")}, "list.txt", "audit: list.txt"),
    "a list in UTF-16 without a mark": ({"list.csv": "path\ndata/a.wav\n".encode("utf-16-be")}, "list.csv", "audit: list.csv: its first"),
    "sound in place of a list": ({}, "--manifest data/a.wav", "audit: data/a.wav"),
    "fewer columns": ({"list.csv": b"x,path\n1\n"}, "list.csv", "audit: list.csv"),
    "a path that is a number": ({"list.jsonl": b'{"path": 3}\n'}, "list.jsonl", "audit: list.jsonl"),
    "deep JSON": ({"list.jsonl": NUMBER + b"[" * 100000 + b"]" * 100000 + b"}\n"}, "list.jsonl", "audit: list.jsonl"),
    "a number of JSON that is too long": ({"list.jsonl": NUMBER + b"9" * 5000 + b"}\n"}, "list.jsonl", "audit: list.jsonl"),
    "a list that is not gzip": ({"list.txt.gz": LISTED}, "list.txt.gz", "audit: list.txt.gz"),
    "a list that is not xz": ({"list.txt.xz": LISTED}, "list.txt.xz", "audit: list.txt.xz"),
    "a list cut off in gzip": ({"list.txt.gz": b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01"}, "list.txt.gz", "audit: list.txt.gz"),
})  # fmt: skip
def test_wrong_usage(files: Files, arguments: str, message: str, audit: Audit) -> None:
    put(files)
    os.mkdir("linked")
    os.symlink(os.path.abspath("data"), "linked/data")
    told = audit(*shlex.split(arguments))
    assert told.status == 3
    assert message in told.err
    assert "Traceback" not in told.err
    assert pathlib.Path("data/a.wav").read_bytes() == encoded()


@table("missing, old, new, says", {
    "one that is named": (("soundfile",), "2.0:global:soundfile", "2.2:dispatcher:ffmpeg", r"here: it is not there\. Run `python -m compat\.doctor`"),
    "all, and one is named": (registry.known(), "2.2:dispatcher:ffmpeg", "2.2:dispatcher:ffmpeg", "does not work here: it is not there"),
    "all": (registry.known(), "2.2:dispatcher", "2.2:dispatcher:ffmpeg", "here: it is not there"),
    # both sides would then decode alike here, and otherwise where the first one works
    "the first choice of a release": (("ffmpeg",), "2.2:dispatcher", "2.2:dispatcher:soundfile", "it is not there.* name a backend that works"),
})  # fmt: skip
def test_a_backend_that_does_not_work_is_no_difference(
    missing: Iterable[str], old: str, new: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends the run, with what to do, and makes no rows."""
    for name in missing:
        monkeypatch.setitem(registry._opened, name, BackendUnavailable("it is not there"))
    with pytest.raises(EngineError, match=says):
        Compare(Terms(old, new))(Item("data/a.wav"))


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


def test_the_report_has_the_worst_and_it_says_where_the_page_is(audit: Audit) -> None:
    """At the end, once it is written."""
    told = audit("data", "--report", "audit.html", "--report-rows", 1)
    assert (told.status, told.out.splitlines()[-1]) == (0, "The page is audit.html.")
    page = pathlib.Path("audit.html").read_text(encoding="utf-8")
    for words in ("<p>The table has the worst 1 files; 1 more are in the results.</p>", '"drawings":[]', "data/a.wav"):
        assert words in page
    assert "data/b.flac" not in page


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
    died = Compare(TERMS).crashed(Item("a.wav", "stamp", other="b.wav"), "it died")
    assert died == dataclasses.replace(
        died,
        kind="crashed",
        path="a.wav",
        stamp="stamp",
        other="b.wav",
        note="it died",
        from_error="it died",
        to_error=None,
        from_side=TERMS.old,
    )
    away, gone = Compare(TERMS)(Item("gone.wav", "stamp")), Compare(TERMS)(Item("memory://gone/a.wav"))
    assert (away.kind, away.note) == ("error_both", "cannot read 'gone.wav': there is no such file")
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


MANY = dict.fromkeys([f"data/{number}.wav" for number in range(40)], encoded())
OF_30 = "0 of 30 sampled files are not the same: with 95 % confidence, at most 2 of all 42 files (4.8 %) are not."
CHANGED = {"data/c.wav": encoded(), "data/a.wav": encoded(NOISE[:3000])}


# runs one after another: files that are put there before, arguments, and what the JSON or the error has then
@table("runs", {
    "an extension chooses": [({"data/c.raw": b"nothing"}, "data --extensions wav", {"paths": {"data/a.wav"}, "passed_over": 2})],
    "extensions choose": [
        ({"data/c.raw": b"nothing"}, "data --extensions ' .WAV, flac,'", {"paths": {"data/a.wav", "data/b.flac"}, "passed_over": 1}),
    ],
    "all extensions": [
        ({"data/c.raw": b"nothing"}, "data --extensions all", {"paths": {"data/a.wav", "data/b.flac", "data/c.raw"}, "passed_over": 0}),
    ],
    **{
        f"a second run goes on in {kind}": [
            ({}, f"data --results audit.{kind}", {"status": 0, "compared": 2}),
            (CHANGED, f"data/a.wav data/c.wav --results audit.{kind}", {"status": 0, "done_before": 0, "compared": 2}),
            ({}, f"data/a.wav data/c.wav data/a.wav --results audit.{kind}", {"status": 0, "done_before": 2, "compared": 2}),
            # all rows: that of the file that is not asked for any more, and that of the one that was changed
            ({}, f"--results audit.{kind}", {"compared": 4}),
        ]
        for kind in ("jsonl", "parquet")
    },
    "rows made on other terms are not mixed in": [
        ({}, f"data --results {RESULTS}", {"status": 0}),
        ({}, f"data --results {RESULTS} --tolerance 0.5", {"status": 3, "err": "compared with other options"}),
        ({}, f"data --results {RESULTS}", {"status": 0, "done_before": 2, "compared": 2}),
        ({}, f"data --results {RESULTS} --tolerance 0.5 --fresh", {"status": 0, "done_before": 0}),
    ],
    "errors can be tried again": [
        ({"data/c.wav": b"nothing"}, "data", {"status": 2, "done_before": 0, "compared": 3}),
        ({}, "data", {"status": 2, "done_before": 3, "compared": 3}),
        ({}, "data --retry-errors", {"status": 2, "done_before": 2, "compared": 3}),
    ],
    "a sample says what it says": [
        # of 2 files that differ a sample of 30 misses both in 8 %, of 3 all in 2 %
        (MANY, "data --sample 30", {
            "status": 0, "found": 42, "compared": 30, "fewest": 0, "most": 2, "high": pytest.approx(2 / 42), "sentence": OF_30,
        }),
        ({}, "data --sample 30 --confidence 99", {"confidence": 0.99, "most": 3}),
        ({}, "data --sample 35", {"done_before": 30}),  # the larger sample has the smaller in it
    ],
    "the page is named on standard error, beside JSON": [
        ({}, "data --report audit.html", {"report": "audit.html", "err": "The page is audit.html.\n"}),
    ],
})  # fmt: skip
def test_one_run_after_another(runs: list[tuple[Files, str, dict[str, object]]], audit: Audit) -> None:
    for files, arguments, expected in runs:
        put(files)
        told = audit(*shlex.split(arguments), "--json")
        summary = json.loads(told.out or "{}")
        found = {**summary, **(summary.get("sample") or {}), **summary.get("files", {}), "status": told.status}
        if "paths" in expected:
            found["paths"] = {row["path"] for row in rows_of()}
        if "err" in expected:
            found["err"] = expected["err"] if str(expected["err"]) in told.err else told.err
        assert {name: found[name] for name in expected} == expected, arguments


def test_help_and_the_common_command(audit: Audit) -> None:
    told = audit("--help")
    assert (told.status, "exit status" in told.out) == (0, True)
    assert top.main(["audit", "--version"]) == 0


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


@pytest.mark.parametrize("why", [KeyError("x"), ZeroDivisionError("x"), MemoryError(), AssertionError()])
def test_whatever_a_file_makes_a_library_raise_is_its_row(why: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "compare", fails(why))
    row = Compare(TERMS)(Item("data/a.wav"))
    assert row.kind == "error_both"
    assert type(why).__name__ in row.note


@pytest.mark.parametrize(("kind", "kept"), [("length", "error_both"), ("error_to", "error_both"), ("identical", "identical")])
def test_what_is_written_to_meanwhile_is_no_difference(kind: str, kept: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two sides have read two files."""

    def compare(row: Row, paths: tuple[str, str], *_: object) -> Row:
        with open(paths[0], "ab") as file:
            file.write(b"more")
        row.kind = kind
        return row

    monkeypatch.setattr(comparison, "compare", compare)
    row = Compare(TERMS)(Item("data/a.wav"))
    assert row.kind == kept
    assert ("was written to while it was read" in row.note) == (kind != kept)


@pytest.mark.parametrize("after", [0.2, 0.5, 0.9, 1.3, 1.7, 2.1])
def test_an_early_interrupt_leaves_no_traceback(after: float) -> None:
    """To the whole group of processes, as a terminal sends it: while it imports, while its workers begin."""
    for number in range(60):
        os.link("data/a.wav", f"data/{number}.wav")
    process = started("data", "--jobs", "2")
    time.sleep(after)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "KeyboardInterrupt" not in told


@pytest.fixture(params=["tcp://127.0.0.1:9", "tls://127.0.0.1:9", "tcp://scheduler.invalid:8786", "tcp://192.0.2.1:8786", "mute"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address that refuses, has no name, does not answer, or at which somebody listens who never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}" if request.param == "mute" else request.param


def test_a_scheduler_that_is_not_there_is_said_soon(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the files are looked for."""
    begun = time.monotonic()
    assert main([*PAIR[:-1], "data", "--scheduler", address]) == 3
    assert time.monotonic() - begun < 5 + 10
    told = capsys.readouterr().err
    assert f"no scheduler answers at {address}" in told
    assert f"connecting to the scheduler at {address}" in told
    assert "Traceback" not in told
    assert not list(pathlib.Path().glob("audit-*"))
