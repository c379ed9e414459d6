"""The codemod's work grows no faster than the number of test files that set backends."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

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
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        result = session.run(Options(paths=(str(folder),)))
    finally:
        sys.setprofile(before)
    assert len(result.left) == number
    return calls


def test_twice_the_files_take_twice_the_steps(tmp_path: Path) -> None:
    steps(tmp_path / "first", 4)  # what is loaded or noted once
    assert steps(tmp_path / "twice", 80) / steps(tmp_path / "once", 40) < 2.1
