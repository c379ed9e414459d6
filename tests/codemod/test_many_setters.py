"""The codemod's work grows no faster than the number of test files that set backends."""

from __future__ import annotations

import cProfile
from pathlib import Path

from compat.codemod.run import session
from compat.codemod.source import Options
from tests.codemod.commands import put

TESTS = """import torchaudio


def test_before():
    torchaudio.load("a.wav")


def test_set():
    torchaudio.set_audio_backend("{}")
    torchaudio.load("a.wav")
"""


def steps(folder: Path, number: int) -> int:
    """The calls of Python functions in a run on so many test files; each leaves its backend set."""
    put({f"test_{one}.py": TESTS.format(("sox_io", "soundfile")[one % 2]) for one in range(number)}, folder)
    with cProfile.Profile(builtins=False) as profile:
        result = session.run(Options(paths=(str(folder),)))
    assert len(result.left) == number
    return sum(entry.callcount for entry in profile.getstats())


def test_twice_the_files_take_twice_the_steps(tmp_path: Path) -> None:
    steps(tmp_path / "first", 4)  # what is loaded or noted once
    assert steps(tmp_path / "twice", 80) / steps(tmp_path / "once", 40) < 2.1
