"""What this machine has to mend itself with."""

from __future__ import annotations

import functools
import importlib.machinery
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

_SPECIAL_ON_WINDOWS = re.compile(r"[<>|&^(){};,'@#!%`$*?\[\]]")
_LONGEST_PATH = 1 << 15
_SYSTEM_MANAGERS = ("apt-get", "dnf", "yum", "brew")  # the first that is there is asked


def is_conda() -> bool:
    """Whether this Python is conda's."""
    return pathlib.Path(sys.prefix, "conda-meta").is_dir()


def is_venv() -> bool:
    """Whether this Python runs in a virtual environment."""
    return sys.prefix != sys.base_prefix


@functools.cache
def system_manager() -> str:
    """``apt-get``, ``dnf``, ``yum``, ``brew`` or empty."""
    return next((name for name in _SYSTEM_MANAGERS if shutil.which(name)), "")


@functools.cache
def conda() -> str:
    """The command of conda's kind that is there; ``conda`` where this Python is conda's and none is on the path."""
    return next((name for name in ("conda", "mamba", "micromamba") if shutil.which(name)), "conda" if is_conda() else "")


def quoted(*words: str) -> str:
    """Words as this machine's shell takes them; on Windows, as both ``cmd`` and PowerShell do."""
    return " ".join(map(_for_windows, words)) if os.name == "nt" else shlex.join(words)


def _for_windows(word: str) -> str:
    """Quote a word that has what ``cmd`` or PowerShell would take for more than a letter: ``numpy>=1.24`` writes a file there."""
    plain = subprocess.list2cmdline([word])
    return f'"{word}"' if plain == word and _SPECIAL_ON_WINDOWS.search(word) else plain


def unset(name: str) -> tuple[str, ...]:
    """The commands that take a variable away; on Windows PowerShell's and then that of ``cmd``, which PowerShell takes in silence."""
    return (f"Remove-Item Env:{name}", f"set {name}=") if os.name == "nt" else (f"unset {name}",)


def setting(name: str, value: str) -> tuple[str, ...]:
    """The commands that give a variable its value, in the same order."""
    if os.name != "nt":
        return (f"export {name}={shlex.quote(value)}",)
    doubled = value.replace("'", "''")
    return f"$env:{name} = '{doubled}'", f'set "{name}={value}"'


def removing(*paths: str) -> str:
    """A command that removes folders with all that is in them."""
    return f"{'cmd /c rmdir /s /q' if os.name == 'nt' else 'rm -r'} {quoted(*paths)}"


def readable(path: str) -> str:
    """A command that lets its owner read a file."""
    return f"icacls {quoted(path)} /reset" if os.name == "nt" else f"chmod u+r {quoted(path)}"


def program(path: str) -> str:
    """A program's path; on Windows its short one, without blanks: PowerShell takes what begins with a quote for a text, not a command."""
    if os.name != "nt" or _for_windows(path) == path:
        return path
    import ctypes

    room = ctypes.create_unicode_buffer(_LONGEST_PATH)
    length = getattr(ctypes, "windll").kernel32.GetShortPathNameW(path, room, _LONGEST_PATH)  # noqa: B009 - mypy knows no such name here
    return room.value if 0 < length < _LONGEST_PATH else path


@functools.cache
def python() -> str:
    """How to call this very interpreter: by its name where that finds it, else by its path."""
    for name in ("python", "python3"):
        found = shutil.which(name)
        if found and os.path.abspath(found) == os.path.abspath(sys.executable):
            return name
    return program(sys.executable) or "python"


@functools.cache
def _pip() -> str:
    if importlib.machinery.PathFinder.find_spec("pip") is not None:
        return quoted(python(), "-m", "pip")
    if shutil.which("uv"):
        return "uv pip"
    return f"{quoted(python(), '-m', 'ensurepip')} && {quoted(python(), '-m', 'pip')}"


def pip(*arguments: str) -> str:
    """A command that installs into this very environment."""
    with_uv = ("--python", python()) if _pip() == "uv pip" else ()
    return f"{_pip()} install {quoted(*with_uv, *arguments)}"


def uninstall(*packages: str) -> str:
    """A command that removes packages from this very environment."""
    if _pip() == "uv pip":
        return f"uv pip uninstall --python {quoted(python(), *packages)}"
    return f"{_pip()} uninstall -y {quoted(*packages)}"


def as_root(*words: str) -> str:
    """A command of the system's package manager."""
    root = os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0 or words[0] == "brew"
    return quoted(*(() if root else ("sudo",)), *words)


def system(packages: dict[str, str]) -> tuple[str, ...]:
    """The commands that install a system library here, the best first.

    Args:
        packages: what it is called by each manager: ``apt``, ``dnf``, ``brew``, ``conda``.
    """
    commands = []
    if (is_conda() or sys.platform == "win32") and packages.get("conda"):
        commands.append(f"{conda() or 'conda'} install -c conda-forge {packages['conda']}")
    manager = system_manager()
    kind = {"apt-get": "apt", "yum": "dnf"}.get(manager, manager)
    if manager and packages.get(kind):
        verb = ("install",) if manager == "brew" else ("install", "-y")
        commands.append(as_root(manager, *verb, *packages[kind].split()))
    if not commands and conda() and packages.get("conda"):
        commands.append(f"{conda()} install -c conda-forge {packages['conda']}")
    if not commands:
        commands += [f"{name} install {packages[kind]}" for name, kind in _ANYWHERE[sys.platform == "darwin"] if packages.get(kind)]
    return tuple(commands)


# where no manager was found: what a person on such a system most likely has
_ANYWHERE = {
    True: (("brew", "brew"), ("conda", "conda")),
    False: (("apt-get", "apt"), ("dnf", "dnf"), ("conda", "conda")),
}
