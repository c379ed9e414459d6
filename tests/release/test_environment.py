"""``make`` finds a Python for .venv, or says what to install."""

import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT, printed

SHELL = shutil.which("sh") or "sh"
# What stands for a Python: it answers as one of that version would, with ensurepip or without.
STAND_IN = """#!{shell}
case "$*" in
    *version_info*\\<*) exit {old} ;;
    *ensurepip*) exit {bare} ;;
    *print*) echo python3.11-venv ;;
    *--version*) echo Python 3.9.2 ;;
    "-m venv "*) echo made by {name} ;;
esac
"""


def _machine(folder: pathlib.Path, **pythons: tuple[bool, bool]) -> pathlib.Path:
    """A folder for PATH with Pythons, each recent or not, with ensurepip or without."""
    folder.mkdir()
    for name, (recent, complete) in pythons.items():
        program = folder / name.replace("_", ".")
        program.write_text(STAND_IN.format(shell=SHELL, name=program.name, old=int(not recent), bare=int(not complete)))
        program.chmod(0o755)
    return folder


GOOD, BARE, OLD = (True, True), (True, False), (False, True)


@pytest.mark.parametrize(
    ("pythons", "named", "taken"),
    [
        pytest.param({"python3_11": GOOD, "python3": GOOD}, "", "python3.11", id="the one that is tested most"),
        pytest.param({"python3": GOOD}, "", "python3", id="the system's"),
        pytest.param({"python3_11": BARE, "python3": GOOD}, "", "python3", id="one that can"),
        pytest.param({"python3": OLD, "python3_13": GOOD}, "", "python3.13", id="a later one beside an old one"),
        pytest.param({"python3_11": GOOD, "python3_12": GOOD}, "python3.12", "python3.12", id="the one that is named"),
    ],
)
def test_a_python_is_found(pythons: dict[str, tuple[bool, bool]], named: str, taken: str, tmp_path: pathlib.Path) -> None:
    """The first that is recent enough and can make an environment."""
    done = _run(_machine(tmp_path / "bin", **pythons), named)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"made by {taken}\n", "")


@pytest.mark.parametrize(
    ("pythons", "named", "said"),
    [
        pytest.param({"python3": BARE}, "", "apt-get install python3.11-venv", id="no ensurepip"),
        pytest.param({"python3": BARE, "python3_12": GOOD}, "python3", "apt-get install python3.11-venv", id="no ensurepip, named"),
        pytest.param({"python3": OLD}, "", "none on PATH. python3 here: Python 3.9.2", id="old"),
        pytest.param({}, "", "apt-get install python3 python3-venv", id="none"),
        pytest.param({"python3": OLD, "python3_11": GOOD}, "python3", "python3 is no Python 3.11 or later: Python 3.9.2", id="old, named"),
        pytest.param({"python3": GOOD}, "python9", "python9 is no Python 3.11 or later", id="not there, named"),
    ],
)
def test_it_says_what_to_do(pythons: dict[str, tuple[bool, bool]], named: str, said: str, tmp_path: pathlib.Path) -> None:
    """And fails, so that make stops there."""
    done = _run(_machine(tmp_path / "bin", **pythons), named)
    assert done.returncode == 1
    assert said in done.stderr
    assert "make demo PYTHON=" in done.stderr


def _run(path: pathlib.Path, named: str) -> subprocess.CompletedProcess[str]:
    command = [SHELL, str(ROOT / "tests" / "environment.sh"), str(path.parent / "environment"), named]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_an_environment_is_made(tmp_path: pathlib.Path) -> None:
    """By a real Python, with pip in it."""
    printed(subprocess.run([SHELL, str(ROOT / "tests" / "environment.sh"), str(tmp_path / "environment"), sys.executable], check=False))
    assert (tmp_path / "environment" / "bin" / "pip").exists()
