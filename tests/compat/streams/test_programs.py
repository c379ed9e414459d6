"""Whole programs run unchanged under every release that had ``torchaudio.io``, alone and over a real torchaudio that lost it."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable

import pytest

from tests.compat.real import wheels

Python = Callable[..., subprocess.CompletedProcess[str]]
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"
TOLD = {
    "recogniser": "heard low high middle low",
    "augmentation": "augmented 24",
    "lipsync": "in step 0.5 1.5 2.5",
}
_FILES = {"recogniser": "growing.raw", "lipsync": "flashes.mkv"}


def _run(python: Python, program: str, release: str, folder: pathlib.Path, **environment: str) -> None:
    arguments = [str(folder / _FILES[program])] if program in _FILES else []
    done = python("-m", "compat.run", "--version", release, str(PROGRAMS / f"{program}.py"), *arguments, **environment)
    assert done.stdout.strip() == TOLD[program], done.stderr[-2000:]


@pytest.mark.parametrize("release", ["2.0", "2.2", "2.8"])
@pytest.mark.parametrize("program", TOLD)
def test_a_program_runs(python: Python, program: str, release: str, tmp_path: pathlib.Path) -> None:
    """In a stand-in; what it starts is under it too."""
    _run(python, program, release, tmp_path)


@pytest.mark.network
@pytest.mark.parametrize("real", ["2.9.1", "2.11.0"])
@pytest.mark.parametrize("program", TOLD)
def test_a_program_runs_over_a_real_torchaudio(python: Python, program: str, real: str, tmp_path: pathlib.Path) -> None:
    """One that lost these modules, without its compiled part."""
    try:
        folder = str(wheels.unpacked(real))
    except wheels.NotToBeHadError as why:
        pytest.skip(f"torchaudio {real} cannot be downloaded: {why}")
    _run(python, program, "2.2", tmp_path, PYTHONPATH=folder)
