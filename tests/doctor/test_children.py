"""Child processes: every end is an answer, and one task's end does not take the others along."""

import pathlib
import sys
import threading
import time

import pytest

from compat.doctor import child
from compat.doctor.child import Children
from tests.codemod.commands import put
from tests.tables import table

_SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def modules(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    files = {
        "world_sound.py": "__version__ = '1.2'",
        "world_crashes.py": "import ctypes; ctypes.string_at(0)",
        "world_sleeps.py": _SLEEP,
        "world_raises.py": "raise RuntimeError('outer') from OSError('inner')",
        "world_leaves.py": "raise SystemExit(3)",
        "world_starts.py": f"import subprocess, time; subprocess.Popen([{sys.executable!r}, '-c', {_SLEEP!r}]); {_SLEEP}",
    }
    put(files, tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def imports(*names: str) -> list[tuple[str, str]]:
    return [("importing", f"world_{name}") for name in names]


def test_one_after_the_other_and_each_has_its_answer(modules: pathlib.Path) -> None:
    names = ["sound", "crashes", "sound", "sleeps", "raises", "leaves", "sound"]
    answers = Children(limit=5).ask_all(imports(*names))
    assert [answer.died for answer in answers] == ["", "SIGSEGV", "", "time limit", "", "", ""]
    assert [answer.failed for answer in answers] == [False, True, False, True, True, True, False]
    assert answers[4].raised.splitlines() == ["RuntimeError: outer", "OSError: inner"]
    assert "SystemExit: 3" in answers[5].raised
    assert answers[6].value["version"] == "1.2"


# tasks, and of each that is tried whether it failed
@table(
    "names, failed",
    {
        "behind a gate that crashes nothing is tried": (("crashes", "sound", "sound"), [True]),
        "nor behind one that raises": (("raises", "sound", "sound"), [True]),
        "nor behind one that hangs": (("sleeps", "sound", "sound"), [True]),
        "behind one that opens all is as ever": (("sound", "crashes", "raises", "sound"), [False, True, True, False]),
    },
)
def test_what_is_tried_behind_a_gate(modules: pathlib.Path, names: tuple[str, ...], failed: list[bool]) -> None:
    answers = Children(limit=5).ask_all(imports(*names), gated=True)
    assert [answer.failed for answer in answers] == failed


def test_a_probe_that_is_missing_is_an_answer_too(modules: pathlib.Path) -> None:
    assert "ModuleNotFoundError" in Children(limit=5).ask("no_such_probe", None).raised


def test_stopping_ends_what_runs_and_what_it_started(modules: pathlib.Path) -> None:
    children = Children(limit=60)
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(children.ask("importing", "world_starts").died))
    thread.start()
    time.sleep(0.7)
    children.stop()
    thread.join(5)
    assert answers == ["interruption"]
    assert children.ask("importing", "world_sound").died == "interruption"


@pytest.mark.parametrize(
    "more", ["", '\nCurrent thread\'s C stack trace (most recent call first):\n  Binary file "/usr/bin/python3.14" [0x53d28e]\n']
)
def test_where_it_crashed_is_read_from_the_dump(more: str) -> None:
    """Python 3.14 adds the frames of C, which are no help."""
    dumped = f'Fatal Python error: Aborted\n\nCurrent thread 0x7f8d [python] (most recent call first):\n  File "/w/deep.py", line 3 in deep\n{more}'
    assert child._active(dumped) == ('File "/w/deep.py", line 3 in deep',)
