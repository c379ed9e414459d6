"""Write commands for this machine: its shell, package managers and environment."""

import functools
import importlib.machinery
import os
import pathlib
import shlex
import shutil
import sys
import sysconfig

from compat.commands import shell
from compat.commands.shell import Line
from compat.diagnosis import dists

# the first one found is used
# how each installs, and how it replaces what is there but damaged
SYSTEM_MANAGERS = {
    "apt-get": ("install -y", "install --reinstall -y"),
    "dnf": ("install -y", "reinstall -y"),
    "yum": ("install -y", "reinstall -y"),
    "brew": ("install", "reinstall"),
}
CONDAS = ("conda", "mamba", "micromamba")


def is_conda() -> bool:
    """Return whether this Python is conda's."""
    return pathlib.Path(sys.prefix, "conda-meta").is_dir()


def is_venv() -> bool:
    """Return whether this Python runs in a virtual environment."""
    return sys.prefix != sys.base_prefix


@functools.cache
def system_manager() -> str:
    """Return ``apt-get``, ``dnf``, ``yum``, ``brew``, or an empty string."""
    return next((name for name in SYSTEM_MANAGERS if shutil.which(name)), "")


@functools.cache
def conda() -> str:
    """Return the command of conda or its kin; ``conda`` if its Python has none on the path."""
    return next((name for name in CONDAS if shutil.which(name)), "conda" if is_conda() else "")


def unset(name: str) -> tuple[Line, ...]:
    """Return the command that unsets a variable."""
    return (
        shell.each(f"Remove-Item Env:{name}", shell.set_in_cmd(name, ""))
        if shell.is_windows()
        else (Line(f"unset {name}"),)
    )


def setting(name: str, value: str) -> tuple[Line, ...]:
    """Return the command that sets a variable."""
    if not shell.is_windows():
        return (Line(f"export {name}={shlex.quote(value)}"),)
    return shell.each(shell.set_in_powershell(name, value), shell.set_in_cmd(name, value))


def removing(*paths: str) -> tuple[Line, ...]:
    """Return the command that removes folders and their contents, and files."""
    if not shell.is_windows():
        return shell.lines("rm", "-r", *paths)
    files = [path for path in paths if os.path.isfile(path)]
    folders = [path for path in paths if path not in files]
    verbs = (("rmdir /s /q", folders), ("del /f /q", files))
    return shell.each(
        f"Remove-Item -Recurse -Force -LiteralPath {', '.join(map(shell.for_powershell, paths))}",
        " && ".join(" ".join((verb, *map(shell.for_cmd, some))) for verb, some in verbs if some),
    )


def renaming(path: str, new: str) -> tuple[Line, ...]:
    """Return the command that renames a file or folder within its folder."""
    if not shell.is_windows():
        return shell.lines("mv", path, os.path.join(os.path.dirname(path), new))
    old_one, new_one = shell.for_powershell(path), shell.for_powershell(new)
    return shell.each(
        f"Rename-Item -LiteralPath {old_one} {new_one}",
        f"ren {shell.for_cmd(path)} {shell.for_cmd(new)}",
    )


def readable(path: str) -> tuple[Line, ...]:
    """Return the command that lets the owner read a file."""
    return (
        shell.lines("icacls", path, "/reset")
        if shell.is_windows()
        else shell.lines("chmod", "u+r", path)
    )


@functools.cache
def python() -> str:
    """Return how to call this interpreter: by name if the name finds it, else by its path.

    The executable of a frozen program runs that program; what is missing there is installed where
    the program is built.
    """
    if is_frozen():
        return "python"
    for name in ("python", "python3"):
        found = shutil.which(name)
        if found and os.path.abspath(found) == os.path.abspath(sys.executable):
            return name
    return sys.executable or "python"


def is_frozen() -> bool:
    """Return whether PyInstaller or its like made the running program."""
    return getattr(sys, "frozen", False)


@functools.cache
def _pip() -> tuple[str, ...]:
    """Return the words that call an installer; none if pip must be installed first."""
    if is_frozen() or importlib.machinery.PathFinder.find_spec("pip") is not None:
        return python(), "-m", "pip"
    return ("uv", "pip") if shutil.which("uv") else ()


def is_managed() -> bool:
    """Return whether this Python is the system's, into which pip does not install (PEP 668)."""
    marker = pathlib.Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    return not is_venv() and marker.is_file()


def _by_pip(verb: str, *words: str) -> tuple[Line, ...]:
    if is_managed():
        copies = [copy for name in dists.PACKAGES for copy in dists.copies(name)]
        if not any(copy.installer in ("pip", "uv") for copy in copies):
            own = os.path.join(".venv", "bin", "python")
            made = shell.lines(python(), "-m", "venv", ".venv")
            return shell.chain(made, shell.lines(own, "-m", "pip", verb, *words))
        words = ("--break-system-packages", *words)  # as it was done before
    if not _pip():
        return shell.chain(
            shell.lines(python(), "-m", "ensurepip"),
            shell.lines(python(), "-m", "pip", verb, *words),
        )
    if _pip()[0] == "uv":
        return shell.lines(*_pip(), verb, "--python", python(), *words)
    return shell.lines(*_pip(), verb, *words)


def pip(*arguments: str) -> tuple[Line, ...]:
    """Return the command that installs into this environment."""
    return _by_pip("install", *arguments)


def uninstall(*packages: str) -> tuple[Line, ...]:
    """Return the command that removes packages from this environment."""
    unasked = () if _pip()[:1] == ("uv",) else ("-y",)
    return _by_pip("uninstall", *unasked, *packages)


def doctor(*arguments: str, interpreter: str = "") -> tuple[Line, ...]:
    """Return the command that runs the doctor, with this interpreter or another."""
    return shell.lines(interpreter or python(), "-m", "compat.doctor", *arguments)


def system(packages: dict[str, str], *, again: bool = False) -> tuple[Line, ...]:
    """Return commands that install a system library here, the best first.

    Args:
        packages: its name in each manager: ``apt``, ``dnf``, ``brew``, ``conda``.
        again: it is there, and damaged.
    """
    commands: list[Line] = []
    conda_words = (*["--force-reinstall"] * again, "-c", "conda-forge")
    if (is_conda() or sys.platform == "win32") and packages.get("conda"):
        commands += by_conda("install", *conda_words, *packages["conda"].split())
    manager = system_manager()
    kind = {"apt-get": "apt", "yum": "dnf"}.get(manager, manager)
    if manager and packages.get(kind):
        is_root = manager == "brew" or getattr(os, "geteuid", lambda: 0)() == 0
        sudo, words = () if is_root else ("sudo",), SYSTEM_MANAGERS[manager][again].split()
        commands += shell.lines(*sudo, manager, *words, *packages[kind].split())
    if not commands and conda() and packages.get("conda"):
        commands += by_conda("install", *conda_words, *packages["conda"].split())
    return tuple(commands)


def by_conda(*words: str) -> tuple[Line, ...]:
    """Return a command of conda, or of mamba or micromamba."""
    return shell.lines(conda() or "conda", *words)
