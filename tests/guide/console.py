"""Blocks of commands: those of ours that show what they print are run, and must print that; of the others the options must exist.

A line ``...`` stands for any lines, ``...`` in a line for the rest of it. What the doctor says depends on the machine: there, numbers and paths may differ.
"""

import collections
import functools
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from sybil.example import Example

from tests import warm
from tests.conftest import ROOT, printed

_OURS = re.compile(r"(?:python -m compat\.|torchaudio-compat )(?P<command>\w+)(?P<rest>.*)")
_OPTION = re.compile(r"(?<!\S)--[a-z][\w-]*")
_OF_THE_MACHINE = re.compile(r"(?<![\w'])/[\w./+-]+|\d[\d.,]*(\+\w+)?")
_NEEDS_TORCH = re.compile(r"-m (compat\.run|pytest) [^*|<>&;#]*$")
_ANY, _REST = r"(?:.*\n)*?", re.escape("...")
_SLOW = "python -m compat.doctor"  # on two pages; five seconds
_TARGET = re.compile(r"^([\w-]+):", re.MULTILINE)


# One command, and what the page shows of its output
Command = collections.namedtuple("Command", "line output")


def commands(text: str) -> list[Command]:
    """The commands of a block."""
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        else:
            assert found, f"a block of commands begins with one, not with {line!r}"
            found[-1].output.append(line)
    return found


def evaluate(example: Example) -> None:
    """Try each command of a block, in a folder with the guide's examples."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "migration_guide" / "examples", folder, dirs_exist_ok=True)
        pathlib.Path(folder, "tests").symlink_to(ROOT / "tests")
        for command in commands(example.parsed):
            ours = _OURS.search(command.line)
            if (ours or command.line.startswith("pytest ")) and any(command.output):
                _compare(command, _of_this_machine(command.line) if command.line == _SLOW else _printed(command.line, folder))
            elif ours:
                _check_options(ours)
            elif command.line.startswith("make "):
                assert command.line.split()[1] in _TARGET.findall((ROOT / "Makefile").read_text()), command.line


@functools.cache
def _of_this_machine(line: str) -> list[str]:
    """What a command prints that looks at no file of a page's."""
    return _printed(line, ".")


def _printed(line: str, folder: str) -> list[str]:
    """What a command prints, errors after the rest."""
    shell = re.sub(r"\bpython -m", f"{shlex.quote(sys.executable)} -m", line)
    shell = re.sub(r"\btorchaudio-compat ", f"{shlex.quote(sys.executable)} -m compat.cli ", shell)
    shell = re.sub(r"^pytest ", f"{shlex.quote(sys.executable)} -m pytest -p compat.suites.plugin ", shell)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    if _NEEDS_TORCH.search(shell):
        done = warm.run(shlex.split(shell), cwd=folder, env=environment)
    else:
        done = subprocess.run(shell, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)
    return (done.stdout + done.stderr).splitlines()


def _compare(command: Command, given: list[str]) -> None:
    shown, got = command.output, given
    if "doctor" in command.line:
        shown, got = ([_OF_THE_MACHINE.sub("#", line) for line in lines] for lines in (shown, got))
    pattern = "".join(_ANY if line.strip() == "..." else re.escape(line.rstrip()).replace(_REST, ".*") + "\n" for line in shown)
    text = "".join(line.rstrip() + "\n" for line in got)
    assert re.fullmatch(pattern, text), f"$ {command.line}\nprints now:\n" + "\n".join(given)


@functools.cache
def _help(command: str) -> str:
    asked = [sys.executable, "-m", f"compat.{command}", "--help"]
    return printed(subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False))


def _check_options(ours: re.Match[str]) -> None:
    """Our own options; those after a program that is run are the program's."""
    own = ours["rest"].partition("  #")[0]
    if ours["command"] == "run":
        own = re.split(r" (?:-m \S+|\S+\.py|\./\S+)", own)[0]
    for option in _OPTION.findall(own):
        assert re.search(rf"{option}\b", _help(ours["command"])), f"{ours[0]}: there is no option {option}"
