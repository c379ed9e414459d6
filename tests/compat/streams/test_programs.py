"""Whole programs run unchanged under every release that had ``torchaudio.io``, alone and over a real torchaudio that lost it."""

import pathlib

import pytest

from tests.compat.real import wheels
from tests.conftest import Python

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS, OURS = HERE / "programs", HERE / "ours_check.py"
TOLD = {
    "recogniser": "heard low high middle low",
    "augmentation": "augmented 24",
    "lipsync": "in step 0.5 1.5 2.5",
}
_FILES = {"recogniser": "growing.raw", "lipsync": "flashes.mkv"}


def _run(forked: Python, program: str, release: str, folder: pathlib.Path, start: str = "fork", **environment: str) -> None:
    argument = str(folder / _FILES[program]) if program in _FILES else start
    done = forked("-m", "compat.run", "--version", release, str(PROGRAMS / f"{program}.py"), argument, **environment)
    assert done.stdout.strip() == TOLD[program], done.stderr[-2000:]


@pytest.mark.parametrize("release", ["2.0", "2.2", "2.8"])
@pytest.mark.parametrize("program", TOLD)
def test_a_program_runs(forked: Python, program: str, release: str, tmp_path: pathlib.Path) -> None:
    """In a stand-in; what it starts is under it too."""
    _run(forked, program, release, tmp_path, "spawn" if release == "2.2" else "fork")


@pytest.mark.network
@pytest.mark.parametrize(
    ("real", "release", "program", "compiled"),
    [
        ("2.0.2", "2.0", "recogniser", False),
        ("2.2.2", "2.2", "lipsync", False),
        ("2.8.0", "2.0", "augmentation", False),
        ("2.9.1", "2.2", "recogniser", False),
        ("2.11.0", "2.2", "lipsync", False),
        ("2.0.2", "2.0", "augmentation", True),
        ("2.8.0", "2.8", "recogniser", True),
        ("2.11.0", "2.2", "augmentation", True),
    ],
)
def test_a_program_runs_over_a_real_torchaudio(
    forked: Python, real: str, release: str, program: str, tmp_path: pathlib.Path, *, compiled: bool
) -> None:
    """One that lost these modules or whose own find no FFmpeg; without its compiled part, or with one that does not load."""
    _run(
        forked, program, release, tmp_path, "spawn" if real == "2.8.0" else "fork", PYTHONPATH=str(wheels.unpacked(real, compiled=compiled))
    )


@pytest.mark.network
@pytest.mark.parametrize("compiled", [False, True], ids=["stripped", "compiled"])
@pytest.mark.parametrize("real", ["2.0.2", "2.2.2", "2.8.0"])
def test_what_is_imported_over_a_real_one_is_ours(forked: Python, real: str, *, compiled: bool) -> None:
    """By every way to a name: the package, its modules, ``torio``; under every pin, one after the other."""
    done = forked(str(OURS), PYTHONPATH=str(wheels.unpacked(real, compiled=compiled)))
    assert done.stdout.strip() == f"ours over {real}", done.stderr[-2000:]
