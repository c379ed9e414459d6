"""Judge what a command touches: one rule a program, and a program without a rule is not run.

============================================  ===================================================
touches                                       the doctor
============================================  ===================================================
this environment: its pip, its conda          asks, and runs it
more: the system's package manager, conda's   asks a second time, and runs it
other environments, a Python that programs
share, a user's file
the shell, ``sudo``, files to remove, all     only shows it
other programs
============================================  ===================================================
"""

import enum
import os
import shutil
import sys
from collections.abc import Callable
from typing import NamedTuple

from compat.commands.shell import Line
from compat.diagnosis import machine
from compat.diagnosis.findings import Mend

Words = tuple[str, ...]
# pip reads these, and then installs somewhere else
_ELSEWHERE_BY_PIP = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER")


class Touches(enum.IntEnum):
    """What a command touches, from the least to the most."""

    ENVIRONMENT = 0
    MORE = 1
    SHOWN = 2


class Reach(NamedTuple):
    """What a command touches.

    Args:
        touches: this environment, more than it, or what the doctor leaves to the user.
        reason: why it is not this environment alone, for a sentence that begins with "it".
    """

    touches: Touches
    reason: str = ""


_HERE = Reach(Touches.ENVIRONMENT)


def _more(reason: str) -> Reach:
    return Reach(Touches.MORE, reason)


def _shown(reason: str) -> Reach:
    return Reach(Touches.SHOWN, reason)


def of(command: Line, mend: Mend) -> Reach:
    """Return what a command touches; for a chain, what its widest step touches."""
    if mend.guessed:
        return _shown("names a package after a module: make sure that it is the one you mean")
    if not command.steps:
        return _shown("must run in your own shell, where no other program can run it")
    return max(map(_of_step, command.steps), key=lambda reach: reach.touches)


def argv(words: Words) -> list[str]:
    """Return the words to start a program with: its full path, and this interpreter by its own.

    Files in the working folder are kept out of pip: one of them may be what is to be mended.
    """
    if words[0] == machine.python():
        return [sys.executable, "-P", *words[1:]]
    program, *rest = words
    own = (sys.executable if word == machine.python() else word for word in rest)
    return [shutil.which(program) or program, *own]


def unattended(words: Words) -> Words:
    """Return the words with the option that keeps a program from asking."""
    return (*words[:2], "--yes", *words[2:]) if words[0] in machine.CONDAS else words


def _of_step(words: Words) -> Reach:
    program = words[0]
    if program == machine.python():
        program = words[2] if words[1:2] == ("-m",) else ""
    rule = _RULES.get(program)
    if rule is None:
        return _shown("is not one of the commands that the doctor runs")
    if program == words[0] and program != "sudo" and shutil.which(program) is None:
        return _shown(f"needs {program}, which is not on PATH")
    return rule(words)


def _pip(words: Words) -> Reach:
    told = next((name for name in _ELSEWHERE_BY_PIP if os.environ.get(name)), "")
    if told and "uv" not in words:
        return _more(f"changes another folder than this environment's: {told} is set")
    if not (machine.is_venv() or machine.is_conda()):
        return _more(f"changes {sys.prefix}, which is no environment of its own: programs share it")
    return _HERE


def _conda(words: Words) -> Reach:
    active = os.environ.get("CONDA_PREFIX", "")
    if active and os.path.realpath(active) == os.path.realpath(sys.prefix):
        return _HERE
    name = active or "base"
    return _more(f"changes the environment that is active for {words[0]} ({name}), not this one")


def _system(words: Words) -> Reach:
    if "install" not in words[1:3]:
        return _shown("only tells which package to install")
    return _more("installs for the whole system")


def _rename(words: Words) -> Reach:
    old, new = words[1:]
    if os.path.lexists(new):
        return _shown(f"would write over {new}, or move into it")
    return _more(f"renames {old}, which is not part of a package")


_RULES: dict[str, Callable[[Words], Reach]] = {
    **dict.fromkeys(("pip", "ensurepip", "uv"), _pip),
    **dict.fromkeys(machine.CONDAS, _conda),
    **dict.fromkeys((*machine.SYSTEM_MANAGERS, "winget"), _system),
    "sudo": lambda words: _shown("needs the rights of root, and the doctor never calls sudo"),
    "mv": _rename,
    "rm": lambda words: _shown("removes files for good: look at them first"),
    "chmod": lambda words: _more(f"changes the rights of {words[-1]}"),
}
