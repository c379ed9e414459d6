"""``make`` finds a Python for .venv, or says what to install."""

import os
import pathlib
import shutil
import subprocess
import sys

from tests.codemod.commands import put
from tests.conftest import ROOT, printed
from tests.tables import table

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


# a Python: whether it is recent, and whether it has ensurepip
GOOD, BARE, OLD = (True, True), (True, False), (False, True)


@table(
    "pythons, named, made, says",
    {
        # the first that is recent enough and can make an environment
        "the one that is tested most": ({"python3.11": GOOD, "python3": GOOD}, "", "made by python3.11\n", ""),
        "the system's": ({"python3": GOOD}, "", "made by python3\n", ""),
        "one that can": ({"python3.11": BARE, "python3": GOOD}, "", "made by python3\n", ""),
        "a later one beside an old one": ({"python3": OLD, "python3.13": GOOD}, "", "made by python3.13\n", ""),
        "the one that is named": ({"python3.11": GOOD, "python3.12": GOOD}, "python3.12", "made by python3.12\n", ""),
        # or what to do, and it fails, so that make stops there
        "no ensurepip": ({"python3": BARE}, "", "", "apt-get install python3.11-venv"),
        "no ensurepip, named": ({"python3": BARE, "python3.12": GOOD}, "python3", "", "apt-get install python3.11-venv"),
        "old": ({"python3": OLD}, "", "", "none on PATH. python3 here: Python 3.9.2"),
        "none": ({}, "", "", "apt-get install python3 python3-venv"),
        "old, named": ({"python3": OLD, "python3.11": GOOD}, "python3", "", "python3 is no Python 3.11 or later: Python 3.9.2"),
        "not there, named": ({"python3": GOOD}, "python9", "", "python9 is no Python 3.11 or later"),
    },
)
def test_a_python_is_found_or_it_says_what_to_do(
    pythons: dict[str, tuple[bool, bool]], named: str, made: str, says: str, tmp_path: pathlib.Path
) -> None:
    for name, (recent, complete) in pythons.items():
        put({name: STAND_IN.format(shell=SHELL, name=name, old=int(not recent), bare=int(not complete))})
        os.chmod(name, 0o755)
    command = [SHELL, str(ROOT / "tests" / "environment.sh"), str(tmp_path / "environment"), named]
    done = subprocess.run(command, env={"PATH": os.getcwd()}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0 if made else 1, made)
    assert says in done.stderr
    assert bool(done.stderr) == ("make demo PYTHON=" in done.stderr) == bool(says)


def test_an_environment_is_made(tmp_path: pathlib.Path) -> None:
    printed(subprocess.run([SHELL, str(ROOT / "tests" / "environment.sh"), str(tmp_path / "environment"), sys.executable], check=False))
    assert (tmp_path / "environment" / "bin" / "pip").exists()
