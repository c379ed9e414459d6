"""Write commands for this machine: its shell, package managers and environment."""

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
_SYSTEM_MANAGERS = ("apt-get", "dnf", "yum", "brew")  # the first one found is used


def is_conda() -> bool:
    """Return whether this Python is conda's."""
    return pathlib.Path(sys.prefix, "conda-meta").is_dir()


def is_venv() -> bool:
    """Return whether this Python runs in a virtual environment."""
    return sys.prefix != sys.base_prefix


@functools.cache
def system_manager() -> str:
    """Return ``apt-get``, ``dnf``, ``yum``, ``brew``, or an empty string."""
    return next((name for name in _SYSTEM_MANAGERS if shutil.which(name)), "")


@functools.cache
def conda() -> str:
    """Return the command of conda or its kin; ``conda`` if its Python has none on the path."""
    return next((name for name in ("conda", "mamba", "micromamba") if shutil.which(name)), "conda" if is_conda() else "")


def quoted(*words: str) -> str:
    """Quote words for this machine's shell; on Windows, for both ``cmd`` and PowerShell."""
    return " ".join(map(_for_windows, words)) if os.name == "nt" else shlex.join(words)


def _for_windows(word: str) -> str:
    """Quote a word with special characters: ``cmd`` would write a file for ``numpy>=1.24``."""
    plain = subprocess.list2cmdline([word])
    return f'"{word}"' if plain == word and _SPECIAL_ON_WINDOWS.search(word) else plain


def unset(name: str) -> tuple[str, ...]:
    """Return commands that unset a variable.

    On Windows the first is PowerShell's. The second is ``cmd``'s; PowerShell accepts it and does
    nothing.
    """
    return (f"Remove-Item Env:{name}", f"set {name}=") if os.name == "nt" else (f"unset {name}",)


def setting(name: str, value: str) -> tuple[str, ...]:
    """Return commands that set a variable, in the same order as ``unset``."""
    if os.name != "nt":
        return (f"export {name}={shlex.quote(value)}",)
    doubled = value.replace("'", "''")
    return f"$env:{name} = '{doubled}'", f'set "{name}={value}"'


def removing(*paths: str) -> str:
    """Return a command that removes folders and their contents."""
    return f"{'cmd /c rmdir /s /q' if os.name == 'nt' else 'rm -r'} {quoted(*paths)}"


def readable(path: str) -> str:
    """Return a command that lets the owner read a file."""
    return f"icacls {quoted(path)} /reset" if os.name == "nt" else f"chmod u+r {quoted(path)}"


def program(path: str) -> str:
    """Return a program's path; on Windows its short form if the long one needs quotes.

    PowerShell takes a line that begins with a quote for a string and not for a command.
    """
    if os.name != "nt" or _for_windows(path) == path:
        return path
    import ctypes

    room = ctypes.create_unicode_buffer(_LONGEST_PATH)
    length = getattr(ctypes, "windll").kernel32.GetShortPathNameW(path, room, _LONGEST_PATH)  # noqa: B009 - mypy knows no such name here
    return room.value if 0 < length < _LONGEST_PATH else path


@functools.cache
def python() -> str:
    """Return how to call this interpreter: by name if the name finds it, else by its path."""
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
    """Return a command that installs into this environment."""
    with_uv = ("--python", python()) if _pip() == "uv pip" else ()
    return f"{_pip()} install {quoted(*with_uv, *arguments)}"


def uninstall(*packages: str) -> str:
    """Return a command that removes packages from this environment."""
    if _pip() == "uv pip":
        return f"uv pip uninstall --python {quoted(python(), *packages)}"
    return f"{_pip()} uninstall -y {quoted(*packages)}"


def as_root(*words: str) -> str:
    """Return a command of the system's package manager, with ``sudo`` if needed."""
    root = os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0 or words[0] == "brew"
    return quoted(*(() if root else ("sudo",)), *words)


def system(packages: dict[str, str]) -> tuple[str, ...]:
    """Return commands that install a system library here, the best first.

    Args:
        packages: its name in each manager: ``apt``, ``dnf``, ``brew``, ``conda``.
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


# no manager was found: the ones that such a system most likely has
_ANYWHERE = {
    True: (("brew", "brew"), ("conda", "conda")),
    False: (("apt-get", "apt"), ("dnf", "dnf"), ("conda", "conda")),
}
