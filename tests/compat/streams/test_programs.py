"""A whole program runs unchanged under every release that had ``torchaudio.io``, alone and over a real torchaudio that lost it."""

import pathlib

import pytest

from tests.compat.real import wheels
from tests.conftest import Python, printed

HERE = pathlib.Path(__file__).resolve().parent


def _run(forked: Python, release: str, start: str, **environment: str) -> None:
    program = str(HERE / "augmentation.py")
    assert printed(forked("-m", "compat.run", "--version", release, program, start, **environment)) == "augmented 24\n"


@pytest.mark.parametrize(("release", "start"), [("2.0", "fork"), ("2.2", "spawn"), ("2.8", "fork")])
def test_a_program_runs(forked: Python, release: str, start: str) -> None:
    """In a stand-in; what it starts is under it too."""
    _run(forked, release, start)


@pytest.mark.network
@pytest.mark.parametrize(
    ("real", "release", "compiled"),
    [("2.8.0", "2.0", False), ("2.9.1", "2.2", False), ("2.0.2", "2.0", True), ("2.8.0", "2.8", True), ("2.11.0", "2.2", True)],
)
def test_a_program_runs_over_a_real_torchaudio(forked: Python, real: str, release: str, *, compiled: bool) -> None:
    """One that lost these modules or whose own find no FFmpeg; without its compiled part, or with one that does not load."""
    start = "spawn" if real == "2.8.0" else "fork"
    _run(forked, release, start, PYTHONPATH=str(wheels.unpacked(real, compiled=compiled)))


@pytest.mark.network
@pytest.mark.parametrize("compiled", [False, True], ids=["stripped", "compiled"])
@pytest.mark.parametrize("real", ["2.0.2", "2.2.2", "2.8.0"])
def test_what_is_imported_over_a_real_one_is_ours(forked: Python, real: str, *, compiled: bool) -> None:
    """By every way to a name: the package, its modules, ``torio``; under every pin, one after the other."""
    assert printed(forked(str(HERE / "ours_check.py"), PYTHONPATH=str(wheels.unpacked(real, compiled=compiled)))) == f"ours over {real}\n"
