"""The command: statuses, resuming, stopping, sampling, the planted set."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator

import numpy as np
import pytest
import soundfile

from compat import cli as top
from compat.audit import session
from compat.audit.cli import main
from compat.audit.engines import EngineError
from compat.audit.engines.engine import Outcome, Task
from compat.audit.engines.local import LocalEngine
from compat.audit.inputs.sources import Sources
from compat.audit.items import Item
from compat.audit.options import Terms
from compat.audit.storage import open_store
from compat.audit.task import Compare
from dispatcher import atomic_files, registry
from dispatcher.errors import BackendUnavailable
from tests.audit import planted
from tests.conftest import ASSETS, ROOT, Python

NOISE = np.random.default_rng(3).uniform(-0.5, 0.5, (4000, 1))
PAIR = ("--from", "2.0:soundfile", "--to", "2.2:ffmpeg", "--jobs", "1", "--quiet")


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """Two files that decode the same, in the folder that is current."""
    (tmp_path / "data").mkdir()
    for name in ("a.wav", "b.flac"):
        soundfile.write(tmp_path / "data" / name, NOISE, 8000)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def audit(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict]:
    """The exit status and the JSON."""
    status = main([*PAIR, "--json", *map(str, arguments)])
    return status, json.loads(capsys.readouterr().out or "{}")


def kinds(summary: dict) -> dict[str, int]:
    return {name: one["files"] for name, one in summary["classes"].items() if one["files"]}


def test_all_the_same(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, summary = audit(capsys, "data")
    assert (status, kinds(summary)) == (0, {"identical": 2})
    assert (pathlib.Path("audit-2.0_soundfile-2.2_ffmpeg.jsonl")).exists()
    assert summary["exit_status"] == 0


def different(folder: pathlib.Path) -> None:
    soundfile.write(folder.parent / "other" / "a.wav", NOISE[100:], 8000)


def unreadable(folder: pathlib.Path) -> None:
    (folder / "c.wav").write_bytes(b"nothing")
    (folder.parent / "other" / "c.wav").write_bytes(b"nothing")


def only_one_side(folder: pathlib.Path) -> None:
    shutil.copyfile(ASSETS / "stereo.m4a", folder / "d.m4a")
    shutil.copyfile(ASSETS / "stereo.m4a", folder.parent / "other" / "d.m4a")


STATUSES = {
    "nothing": ((), "differences,errors", 0),
    "a difference": ((different,), "differences,errors", 1),
    "an error": ((unreadable,), "differences,errors", 2),
    "one side": ((only_one_side,), "differences,errors", 2),
    "both": ((different, unreadable), "differences,errors", 2),
    "both, errors do not count": ((different, unreadable), "differences", 1),
    "both, differences do not count": ((different, unreadable), "errors", 2),
    "shifts do not count": ((different,), "length,metadata", 0),
    "one class": ((different,), "shifted", 1),
    "what both fail at does not count": ((unreadable,), "differences,error-from,error-to", 0),
    "nothing counts": ((different, unreadable, only_one_side), "none", 0),
}


@pytest.mark.parametrize("case", STATUSES)
def test_exit_status(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    plants, fail_on, status = STATUSES[case]
    shutil.copytree(folder, folder.parent / "other")
    for plant in plants:
        plant(folder)
    assert audit(capsys, "data", "--against", "other", "--fail-on", fail_on)[0] == status


USAGE = {
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
    "no such counterpart": (("data", "--against", "gone"), "--against gone: there is no such folder"),
    "no such option": (("data", "--what"), "unrecognized arguments: --what"),
    "a negative number": (("data", "--jobs", "-1"), "it must not be negative"),
    "less than a file": (("data", "--sample", "-1"), "it must not be negative"),
    "less than no tolerance": (("data", "--tolerance", "nan"), "it must not be negative"),
    "no such scheduler": (("data", "--scheduler", "here"), "--scheduler here: write tcp://HOST:PORT, or local[N]"),
    "a confidence of nothing": (("data", "--confidence", "0"), "it is a percentage"),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage(case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder.parent / "empty").mkdir()
    (folder.parent / "empty" / "notes.md").write_text("")
    (folder.parent / "linked").mkdir()
    (folder.parent / "linked" / "data").symlink_to(folder)
    arguments, message = USAGE[case]
    assert main([*PAIR, *arguments]) == 3
    assert message in capsys.readouterr().err


def test_a_backend_that_does_not_work_is_no_difference(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the run, with what to do, and makes no rows."""
    monkeypatch.setitem(registry._opened, "soundfile", BackendUnavailable("it is not there"))
    compare = Compare(Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg"))
    with pytest.raises(EngineError, match=r"does not work here: it is not there\. Run `python -m compat\.doctor`"):
        compare(Item(str(folder / "a.wav")))
    for name in registry.known():
        monkeypatch.setitem(registry._opened, name, BackendUnavailable("nor is this"))
    for old, why in (("2.2:dispatcher:ffmpeg", "here: nor is this"), ("2.2:dispatcher", "ffmpeg: nor is this; .*soundfile: nor is this")):
        with pytest.raises(EngineError, match=why):
            Compare(Terms(old, "2.2:dispatcher:ffmpeg"))(Item(str(folder / "a.wav")))


ENDS: dict[str, tuple[BaseException, int, str]] = {
    "Ctrl-C before the comparison": (KeyboardInterrupt(), 130, "torchaudio-compat audit: stopped\n"),
    "the workers fail": (EngineError("they are gone"), 3, "torchaudio-compat audit: they are gone\n"),
    "a bug of ours": (
        KeyError("mine"),
        3,
        "KeyError: 'mine'\ntorchaudio-compat audit: the audit itself failed; this is a bug of torchaudio-compat\n",
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_what_ends_it_is_not_taken_for_a_finding(
    case: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    why, status, message = ENDS[case]

    def fail(*arguments: object) -> None:
        raise why

    monkeypatch.setattr(session, "plan", fail)
    assert main([*PAIR, "data"], "torchaudio-compat audit") == status
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith(message)


def test_nobody_reads_what_it_says(folder: pathlib.Path) -> None:
    process = started(*PAIR, "data")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 3


EXTENSIONS = {"wav": {"data/a.wav"}, " .WAV, flac,": {"data/a.wav", "data/b.flac"}, "all": {"data/a.wav", "data/b.flac", "data/c.raw"}}


@pytest.mark.parametrize("named", EXTENSIONS)
def test_extensions_choose(named: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "c.raw").write_bytes(b"nothing")
    _, summary = audit(capsys, "data", "--extensions", named, "--results", "audit.jsonl")
    assert {json.loads(line)["path"] for line in pathlib.Path("audit.jsonl").read_text().splitlines()} == EXTENSIONS[named]
    assert summary["files"]["passed_over"] == 3 - len(EXTENSIONS[named])


def test_a_report_of_the_worst_and_of_nothing_to_draw(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(capsys, "data", "--report", "audit.html", "--report-rows", 1)
    page = pathlib.Path("audit.html").read_text(encoding="utf-8")
    assert "<p>The table has the worst 1 files; 1 more are in the results.</p>" in page
    assert '"drawings":[]' in page
    assert "data/a.wav" in page
    assert "data/b.flac" not in page


def test_it_says_where_the_page_is(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """At the end, once it is written; beside JSON on standard error."""
    assert main([*PAIR, "data", "--report", "audit.html"]) == 0
    assert capsys.readouterr().out.endswith("The page is audit.html.\n")
    assert main([*PAIR, "data", "--report", "audit.html", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["report"] == "audit.html"
    assert told.err == "The page is audit.html.\n"


def test_a_report_that_cannot_be_written_after_all(
    folder: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_files.secrets, "token_hex", lambda count: "planted")
    pathlib.Path(f"{atomic_files.TEMPORARY}planted").mkdir()
    assert main([*PAIR, "data", "--report", "audit.html"]) == 3
    assert "--report audit.html: File exists" in capsys.readouterr().err


def test_files_that_do_not_come_back_are_missed(folder: pathlib.Path) -> None:
    class Lossy(LocalEngine):
        def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
            return super().run(task, list(items)[1:])

    request = session.Request(Sources(("data",)), Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg"))
    with open_store("audit.jsonl") as store, pytest.raises(EngineError, match="1 files did not come back"):
        list(session.run(request, session.plan(request, store), store, Lossy(1)))


def test_rows_of_files_that_were_not_decoded() -> None:
    """Each says which side failed, and why."""
    compare = Compare(Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg"))
    died = compare.crashed(Item("a.wav", "stamp", other="b.wav"), "it died")
    assert (died.kind, died.path, died.stamp, died.other, died.note) == ("crashed", "a.wav", "stamp", "b.wav", "it died")
    assert (died.from_error, died.to_error, died.from_side) == ("it died", None, "2.0:global:soundfile")
    pytest.importorskip("fsspec", reason="URLs need fsspec")
    gone = compare(Item("memory://gone/a.wav"))
    assert (gone.kind, gone.from_error) == ("error_both", gone.to_error)
    assert gone.note.startswith("cannot fetch 'memory://gone/a.wav' (FileNotFoundError")


@pytest.mark.parametrize("option", ["--against", "--to"])
def test_a_counterpart_that_is_not_there(option: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a folder that stands beside the new release, or in its place."""
    (folder.parent / "other").mkdir()
    shutil.copyfile(folder / "a.wav", folder.parent / "other" / "a.wav")
    status, summary = audit(capsys, "data", option, "other")
    (row,) = summary["worst"]
    assert (status, kinds(summary)) == (2, {"identical": 1, "error_to": 1})
    assert row["note"] == f"the new side has no file {str(folder.parent / 'other' / 'b.flac')!r}"
    assert "from_error" not in row


def test_help_and_the_common_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "exit status" in capsys.readouterr().out
    assert top.main(["audit", "--version"]) == 0


@pytest.mark.parametrize("extension", ["jsonl", "parquet"])
def test_a_second_run_goes_on(extension: str, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    if extension == "parquet":
        pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    results = f"audit.{extension}"
    audit(capsys, "data", "--results", results)
    soundfile.write(folder / "c.wav", NOISE, 8000)
    soundfile.write(folder / "a.wav", NOISE[:3000], 8000)  # changed since
    (folder / "b.flac").unlink()
    _, summary = audit(capsys, "data", "--results", results)
    assert (summary["files"]["done_before"], summary["files"]["compared"]) == (0, 2)
    _, summary = audit(capsys, "data", "data/a.wav", "--results", results)
    assert (summary["files"]["done_before"], summary["files"]["compared"]) == (2, 2)
    _, summary = audit(capsys, "--results", results)
    assert summary["files"]["compared"] == 4  # all rows: that of the file that is gone, and that of the one that was changed


def test_rows_made_on_other_terms_are_not_mixed_in(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit(capsys, "data", "--results", "audit.jsonl")
    before = pathlib.Path("audit.jsonl").read_bytes()
    assert main([*PAIR, "data", "--results", "audit.jsonl", "--tolerance", "0.5"]) == 3
    assert "compared with other options" in capsys.readouterr().err
    assert pathlib.Path("audit.jsonl").read_bytes() == before
    assert main([*PAIR, "data", "--results", "audit.jsonl", "--tolerance", "0.5", "--fresh"]) == 0


def test_errors_can_be_tried_again(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "c.wav").write_bytes(b"nothing")
    for options, done in (((), 0), ((), 3), (("--retry-errors",), 2)):
        status, summary = audit(capsys, "data", *options)
        assert (status, summary["files"]["done_before"], summary["files"]["compared"]) == (2, done, 3)


def test_a_sample_says_what_it_says(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(40):
        shutil.copyfile(folder / "a.wav", folder / f"{number}.wav")
    status, summary = audit(capsys, "data", "--sample", 30)
    assert (status, summary["files"]["found"], summary["files"]["compared"]) == (0, 42, 30)
    # of 2 files that differ a sample of 30 misses both in 8 %, of 3 all in 2 %
    assert (summary["sample"]["fewest"], summary["sample"]["most"]) == (0, 2)
    assert summary["sample"]["high"] == pytest.approx(2 / 42)
    sentence = "0 of 30 sampled files are not the same: with 95 % confidence, at most 2 of all 42 files (4.8 %) are not."
    assert summary["sample"]["sentence"] == sentence
    _, summary = audit(capsys, "data", "--sample", 30, "--confidence", 99)
    assert (summary["sample"]["confidence"], summary["sample"]["most"]) == (0.99, 3)
    _, summary = audit(capsys, "data", "--sample", 35)
    assert summary["files"]["done_before"] == 30  # the larger sample has the smaller in it


def test_the_summary_for_people(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad\n\x1b[31m.wav").write_bytes(b"nothing")
    assert main([*PAIR, "data"]) == 2
    out = capsys.readouterr().out
    assert "2.0:global:soundfile -> 2.2:dispatcher:ffmpeg: 3 files" in out
    assert "both sides fail: data/bad\\x0a\\x1b[31m.wav" in out
    assert "\x1b" not in out


def test_a_note_is_told_in_full(folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = f"{'long' * 50}.wav"
    (folder / name).write_bytes(b"nothing")
    main([*PAIR, "data"])
    out = capsys.readouterr().out
    rows = map(json.loads, pathlib.Path("audit-2.0_soundfile-2.2_ffmpeg.jsonl").read_text().splitlines())
    row = next(row for row in rows if row["kind"] == "error_both")
    assert row["note"] in out


def test_a_file_that_goes_away_meanwhile(folder: pathlib.Path) -> None:
    item = Item(str(folder / "a.wav"), "stamp")
    (folder / "a.wav").unlink()
    row = Compare(Terms("2.0:global:soundfile", "2.2:dispatcher:ffmpeg"))(item)
    assert (row.kind, row.note) == ("error_both", f"cannot read {item.path!r}: No such file or directory")


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "compat.audit", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill"])
def test_what_is_done_is_kept(blow: signal.Signals, folder: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Stopped midway, the next run does the rest; every file counts once."""
    soundfile.write(folder / "0.wav", np.tile(NOISE, (150, 1)), 8000)
    for number in range(1, 200):
        os.link(folder / "0.wav", folder / f"{number}.wav")
    results = pathlib.Path("audit.jsonl")
    process = started(*PAIR, "data", "--results", results)
    limit = time.monotonic() + 60
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
    status, summary = audit(capsys, "data", "--results", results)
    assert (status, kinds(summary), summary["files"]["done_before"]) == (0, {"identical": 202}, kept)


@pytest.fixture(scope="module")
def the_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, list[planted.Planted]]:
    """200 files in ten formats, every plant in every format; as many as ``AUDIT_FILES`` says, which is 2,000 in `make audit-check`."""
    root = tmp_path_factory.mktemp("planted")
    files = int(os.environ.get("AUDIT_FILES", "200"))
    return root, planted.make(root, files, seconds=1.5, sounds=4 if files < 1000 else 7)


def named(results: pathlib.Path, root: pathlib.Path) -> dict[str, dict]:
    """The rows by path below the root."""
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert len({row["path"] for row in rows}) == len(rows)
    return {os.path.relpath(row["path"], root / "old"): row for row in rows}


# what 2.0 makes of these differs from 2.2 without anything planted: libsox drops the last frame of an mp3
REAL = {"2.1": {}, "2.0": {"mp3": ("length",)}}


@pytest.mark.parametrize("old", ["2.1", pytest.param("2.0", marks=pytest.mark.libsox)])
def test_everything_planted_is_found_and_named_and_nothing_else(
    old: str, the_set: tuple[pathlib.Path, list[planted.Planted]], tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, files = the_set
    results = tmp_path / "audit.jsonl"
    arguments = ("--from", old, "--to", "2.2", root / "old", "--against", root / "new", "--results", results, "--jobs", 2, "--quiet")
    assert main([*map(str, arguments)]) == 2
    rows = named(results, root)
    assert rows.keys() == {file.path for file in files}
    wrong = []
    for file in files:
        kind = file.path.partition("/")[0]
        expected = planted.PLANTS[file.plant] if file.plant else REAL[old].get(kind, ("identical", "tolerance"))
        row = rows[file.path]
        if row["kind"] not in expected:
            wrong.append((file, row["kind"], row["note"]))
        if file.plant == "shift":
            assert row["shift"] == planted.SHIFT, file
        if file.plant == "gain":
            assert row["factor"] == pytest.approx(planted.GAIN, rel=0.02), file
        if file.plant == "truncation":
            assert row["to_frames"] < row["from_frames"], file
        if file.plant == "rate":
            assert "rate" in row["fields"].split(","), file
    assert not wrong
    assert {file.plant for file in files} == {"", *planted.PLANTS}


@pytest.mark.libsox
def test_the_padding_of_mp3_is_found_between_real_releases(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = ASSETS / "stereo_cbr.mp3"
    status = main(["--from", "2.0:sox_io", "--to", "2.2:ffmpeg", str(path), "--results", str(tmp_path / "a.jsonl"), "--json", "--quiet"])
    summary = json.loads(capsys.readouterr().out)
    (row,) = summary["worst"]
    assert (status, row["kind"], row["shift"]) == (1, "shifted", 2257)
    assert row["left_largest"] < 1e-5
    (shared,) = summary["explanations"]
    assert shared["sentence"].startswith("the only one is mp3: libsox keeps the encoder's padding")


REMOTE = ("memory", "http")


def test_files_behind_urls_are_compared(folder: pathlib.Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP, because worker processes do not share memory; libsox, which takes paths only, is one side where it is there."""
    import functools
    import http.server
    import threading

    pytest.importorskip("fsspec", reason="URLs need fsspec")
    pytest.importorskip("aiohttp", reason="fsspec's http needs aiohttp")
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *arguments: None)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        status, summary = audit(capsys, f"http://127.0.0.1:{server.server_address[1]}/", "--from", "2.0")
        server.shutdown()
    assert (status, kinds(summary)) == (0, {"identical": 2})


def test_nothing_heavy_is_imported_and_no_torch_at_all(python: Python) -> None:
    code = (
        "import sys, compat.audit.cli as c, compat.audit.session; c.parser(); assert 'numpy' not in sys.modules;"
        "import compat.audit.preload; assert 'av' in sys.modules; assert 'torch' not in sys.modules"
    )
    done = python(code=code)
    assert done.returncode == 0, done.stderr
