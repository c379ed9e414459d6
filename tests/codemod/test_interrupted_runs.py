"""A run that is stopped, and run again, ends where an undisturbed run ends."""

import base64
import errno
import fcntl
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
from tests.codemod.commands import Codemod, contents, put
from tests.doubles import fails

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks of POSIX")
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


STATUSES = {"kill -9": -9, "TERM": -15, "Ctrl-C": 130, "full disk": 2}


def project(folder: str, main: str = SETTER) -> None:
    put({"main.py": main, "p0/__init__.py": "", **{f"p0/m{number}.py": CALL for number in range(COUNT)}}, folder)


def stopped(folder: str, number: int, stop: str) -> int:
    command = [sys.executable, "-c", CHILD.format(stop=STOPS[stop]), str(number), folder]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode


@pytest.fixture
def half_done() -> None:
    """A run in the folder p was killed."""
    project("p")
    assert stopped("p", 3, "kill -9") == -9


def undisturbed(*options: str, main: str = SETTER, status: int = 0) -> dict[str, bytes]:
    """What a run makes of the project that nothing stops."""
    project("undisturbed", main)
    assert cli.main(["undisturbed", *options]) == status
    return contents("undisturbed")


@pytest.mark.parametrize("main", [SETTER, TWO], ids=["one setter", "setter and call in one file"])
@pytest.mark.parametrize("number", [0, 4])
@pytest.mark.parametrize("stop", STOPS)
def test_the_next_run_ends_where_an_undisturbed_one_does(stop: str, number: int, main: str) -> None:
    project("p", main)
    before = contents("p")
    assert stopped("p", number, stop) == STATUSES[stop]
    if stop in ("Ctrl-C", "full disk"):
        assert contents("p") == before
    else:
        assert journal.NAME in contents("p")
    assert cli.main(["p"]) == 0
    assert contents("p") == undisturbed(main=main)


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_a_run_that_must_not_write_says_that_one_was_stopped(half_done: None, option: str, codemod: Codemod) -> None:
    before = contents("p")
    said = codemod(option, ".")
    assert (said.status, "a run was stopped here" in said.err) == (2, True)
    assert contents("p") == before


@pytest.mark.parametrize("path", ["p/p0", ".", "p/p0/m5.py"])
def test_other_parts_of_the_project_find_the_journal(half_done: None, path: str) -> None:
    cli.main([path])
    assert not journal.unfinished(["p/p0/m0.py"])
    assert cli.main(["."]) == 0
    assert contents("p") == undisturbed()


def test_another_target_starts_from_the_old_files(half_done: None) -> None:
    cli.main(["p", "--target", "2.9"])
    assert contents("p") == undisturbed("--target", "2.9")


def test_an_edit_made_since_stays(half_done: None) -> None:
    """And a file that was deleted since is not made again."""
    put({"p/p0/m1.py": CALL.replace("filepath=path", "'mine.wav'")})
    os.remove("p/p0/m2.py")
    assert cli.main(["."]) == 0
    after = contents("p")
    assert after["p0/m1.py"].decode() == CALL.replace("filepath=path", "'mine.wav', backend=\"soundfile\"")
    assert b"set_audio_backend" not in after["main.py"]
    assert "p0/m2.py" not in after


@pytest.mark.parametrize("written", ["", "[", '[["main.py", "0'])
def test_a_journal_that_was_cut_short_means_that_nothing_was_written(written: str) -> None:
    project("p")
    put({journal.NAME: written, f"p0/{TEMPORARY}0123456789abcdef": "half"}, "p")
    assert cli.main(["p"]) == 0
    assert contents("p") == undisturbed()


def test_temporary_files_go_beside_the_target_of_a_link() -> None:
    put({"real/a.py": CALL, f"real/{TEMPORARY}0123456789abcdef": "half", "project/x": ""})
    Path("project/a.py").symlink_to(Path("real/a.py").resolve())
    assert cli.main(["project", "--check"]) == 1
    assert f"{TEMPORARY}0123456789abcdef" in contents("real")
    assert cli.main(["project"]) == 0
    assert contents("real") == {"a.py": CALL.replace("filepath", "uri").encode()}


def test_two_runs_at_once_do_not_undo_each_other(codemod: Codemod) -> None:
    project("p")
    before = contents("p")
    put({journal.NAME: "[]"})
    with open(journal.NAME) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        said = codemod("p")
    assert (said.status, "another run is writing here" in said.err) == (2, True)
    assert contents("p") == before
    assert codemod("p").status == 0


def test_what_cannot_be_undone_is_said_and_kept(half_done: None, codemod: Codemod, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents("p")
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails(OSError(errno.ENOSPC, "No space left on device")))
        said = codemod(".")
    assert (said.status, "could not be undone: No space left on device" in said.err) == (2, True)
    assert contents("p") == before
    assert codemod(".").status == 0


def test_the_journal_holds_old_contents_that_only_the_owner_reads(half_done: None) -> None:
    path = Path("p", journal.NAME)
    assert len(json.loads(path.read_text())) == COUNT + 1
    assert path.stat().st_mode & 0o077 == 0


def test_a_journal_that_names_files_elsewhere_is_refused(codemod: Codemod) -> None:
    """It may have come with the project, to have a file of the user's overwritten."""
    project("p")
    entry = [os.path.abspath("mine.txt"), hashlib.sha256(b"known").hexdigest(), base64.b64encode(b"theirs").decode()]
    put({"mine.txt": "known", f"p/{journal.NAME}": json.dumps([entry])})
    said = codemod("p")
    assert (said.status, "names files outside its folder" in said.err) == (2, True)
    assert Path("mine.txt").read_text() == "known"


def test_a_run_that_is_stopped_anywhere() -> None:
    """By the clock, wherever that is: while it reads, decides or writes."""
    project("p")
    for delay in (0.3, 0.4, 0.5, 0.6):
        process = subprocess.Popen([sys.executable, "-m", "compat.codemod", "p"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert cli.main(["p"]) == 0
    assert contents("p") == undisturbed()
