"""A run that is stopped, and run again, ends where an undisturbed run ends."""

import base64
import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from compat.codemod.files import journal
from compat.codemod.run import cli
from dispatcher.atomic_files import TEMPORARY

COUNT = 6
SETTER = "import torchaudio\nimport p0.m0\ntorchaudio.set_audio_backend('soundfile')\n"
CALL = "import torchaudio\n\n\ndef f(path):\n    return torchaudio.load(filepath=path)\n"
TWO = f"{SETTER}waveform, rate = torchaudio.load(filepath='a.wav')\n"

# Kills itself, or is stopped, before the file that NUMBER counts changes places.
CHILD = """
import os, sys
from compat.codemod.run import cli
left, real = int(sys.argv[1]), os.replace
def replace(*arguments):
    global left
    left -= 1
    if left < 0:
        {stop}
    return real(*arguments)
os.replace = replace
sys.exit(cli.main(sys.argv[2:]))
"""
STOPS = {
    "kill -9": "os.kill(os.getpid(), 9)",
    "TERM": "os.kill(os.getpid(), 15); import time; time.sleep(60)",
    "Ctrl-C": "left = 10**6; raise KeyboardInterrupt",
    "full disk": "left = 10**6; raise OSError(28, 'No space left on device')",
}


def project(folder: Path, main: str = SETTER) -> Path:
    (folder / "p0").mkdir(parents=True)
    (folder / "main.py").write_text(main)
    (folder / "p0" / "__init__.py").touch()
    for number in range(COUNT):
        (folder / "p0" / f"m{number}.py").write_text(CALL)
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def stopped(folder: Path, number: int, stop: str) -> int:
    command = [sys.executable, "-c", CHILD.format(stop=stop), str(number), str(folder)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("main", [SETTER, TWO], ids=["one setter", "setter and call in one file"])
@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize("stop", STOPS)
def test_the_next_run_ends_where_an_undisturbed_one_does(tmp_path: Path, stop: str, number: int, main: str) -> None:
    undisturbed, disturbed = project(tmp_path / "a", main), project(tmp_path / "b", main)
    before = contents(disturbed)
    status = cli.main([str(undisturbed)])
    assert stopped(disturbed, number, STOPS[stop]) == {"kill -9": -9, "TERM": -15, "Ctrl-C": 130, "full disk": 2}[stop]
    if stop in ("Ctrl-C", "full disk"):
        assert contents(disturbed) == before
    else:
        assert journal.NAME in contents(disturbed)
    assert cli.main([str(disturbed)]) == status
    assert contents(disturbed) == contents(undisturbed)


def half_done(folder: Path) -> Path:
    project(folder)
    assert stopped(folder, 3, STOPS["kill -9"]) == -9
    return folder


@pytest.mark.parametrize("command", [["--check"], ["--diff"]])
def test_a_run_that_must_not_write_says_that_one_was_stopped(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(half_done(tmp_path / "p"))
    assert cli.main([*command, str(tmp_path)]) == 2
    assert "a run was stopped here" in capsys.readouterr().err
    assert contents(tmp_path / "p") == before


@pytest.mark.parametrize("paths", [["p/p0"], ["."], ["p/p0/m5.py"]])
def test_other_parts_of_the_project_find_the_journal(tmp_path: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    half_done(tmp_path / "p")
    monkeypatch.chdir(tmp_path)
    cli.main(paths)
    assert not journal.unfinished(["p/p0/m0.py"])
    assert cli.main(["."]) == 0
    undisturbed = project(tmp_path / "q")
    assert cli.main(["q"]) == 0
    assert contents(tmp_path / "p") == contents(undisturbed)


def test_another_target_starts_from_the_old_files(tmp_path: Path) -> None:
    half_done(tmp_path / "p")
    undisturbed = project(tmp_path / "q")
    for folder in ("p", "q"):
        cli.main([str(tmp_path / folder), "--target", "2.9"])
    assert contents(tmp_path / "p") == contents(undisturbed)


def test_an_edit_made_since_stays(tmp_path: Path) -> None:
    half_done(tmp_path / "p")
    edited = tmp_path / "p" / "p0" / "m0.py"
    edited.write_text(CALL.replace("filepath=path", "'mine.wav'"))
    assert cli.main([str(tmp_path)]) == 0
    assert edited.read_text() == CALL.replace("filepath=path", "'mine.wav', backend=\"soundfile\"")
    assert "set_audio_backend" not in (tmp_path / "p" / "main.py").read_text()


def test_a_file_deleted_since_is_not_made_again(tmp_path: Path) -> None:
    half_done(tmp_path / "p")
    (tmp_path / "p" / "p0" / "m0.py").unlink()
    (tmp_path / "p" / "main.py").write_text(SETTER.replace("import p0.m0\n", ""))
    assert cli.main([str(tmp_path)]) == 0
    assert not (tmp_path / "p" / "p0" / "m0.py").exists()


@pytest.mark.parametrize("written", ["", "[", '[["main.py", "0'])
def test_a_journal_that_was_cut_short_means_that_nothing_was_written(tmp_path: Path, written: str) -> None:
    project(tmp_path)
    (tmp_path / journal.NAME).write_text(written)
    (tmp_path / "p0" / f"{TEMPORARY}0123456789abcdef").write_text("half")
    assert cli.main([str(tmp_path)]) == 0
    assert all("set_audio_backend" not in text for text in contents(tmp_path).values())
    assert len(contents(tmp_path)) == COUNT + 2


def test_temporary_files_go_beside_the_target_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "real" / "a.py").write_text(CALL)
    (tmp_path / "project" / "a.py").symlink_to(tmp_path / "real" / "a.py")
    left = tmp_path / "real" / f"{TEMPORARY}0123456789abcdef"
    left.write_text("half")
    assert cli.main([str(tmp_path / "project"), "--check"]) == 1
    assert left.exists()
    assert cli.main([str(tmp_path / "project")]) == 0
    assert not left.exists()
    assert "uri=path" in (tmp_path / "real" / "a.py").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_two_runs_at_once_do_not_undo_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import fcntl

    before = contents(project(tmp_path / "p"))
    (tmp_path / journal.NAME).write_text("[]")
    with (tmp_path / journal.NAME).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert cli.main([str(tmp_path / "p")]) == 2
    assert "another run is writing here" in capsys.readouterr().err
    assert contents(tmp_path / "p") == before
    assert cli.main([str(tmp_path / "p")]) == 0


def test_what_cannot_be_undone_is_said_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    half_done(tmp_path / "p")
    before = contents(tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert cli.main([str(tmp_path)]) == 2
    assert "could not be undone: No space left on device" in capsys.readouterr().err
    assert contents(tmp_path) == before
    monkeypatch.undo()
    assert cli.main([str(tmp_path)]) == 0


def test_the_journal_holds_old_contents_that_only_the_owner_reads(tmp_path: Path) -> None:
    half_done(tmp_path / "p")
    path = tmp_path / "p" / journal.NAME
    assert len(json.loads(path.read_text())) == COUNT + 1
    assert sys.platform == "win32" or path.stat().st_mode & 0o077 == 0


def test_a_journal_that_names_files_elsewhere_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may have come with the project, to have a file of the user's overwritten."""
    project(tmp_path / "p")
    victim = tmp_path / "mine.txt"
    victim.write_text("known")
    entry = [str(victim), hashlib.sha256(b"known").hexdigest(), base64.b64encode(b"theirs").decode()]
    (tmp_path / "p" / journal.NAME).write_text(json.dumps([entry]))
    assert cli.main([str(tmp_path / "p")]) == 2
    assert "names files outside its folder" in capsys.readouterr().err
    assert victim.read_text() == "known"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_stopped_anywhere(tmp_path: Path) -> None:
    """By the clock, wherever that is: while it reads, decides or writes."""
    undisturbed = project(tmp_path / "a")
    assert cli.main([str(undisturbed)]) == 0
    folder = project(tmp_path / "b")
    for delay in (0.3, 0.4, 0.5, 0.6):
        process = subprocess.Popen(
            [sys.executable, "-m", "compat.codemod", str(folder)], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert cli.main([str(folder)]) == 0
    assert contents(folder) == contents(undisturbed)
