"""Examine another environment: ``--python .venv``.

With pipx the doctor lives in an environment of its own, which has no faults to find. So its code
and the few packages it needs are copied into a temporary folder, and the other interpreter runs
them from there; nothing is installed.
"""

import importlib.metadata
import os
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement

from compat.commands.processes import pythons

_OURS = ("compat", "dispatcher", "legacy")
_NEEDED = ("deprecation", "packaging", "pyelftools", "rich")
_OLDEST = (3, 11)
_RUN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from compat.doctor import cli; "
    "sys.exit(cli.main(sys.argv[1:], cli.PROG))"
)


def interpreter(given: str) -> str:
    """Return the path of the interpreter that the user named.

    Args:
        given: its path, its name, or the folder of a virtual environment.

    Raises:
        ValueError: there is none, it does not run, or its Python is too old for this package.
    """
    is_folder, inside = os.path.isdir(given), pythons(given)
    there = (str(path) for path in inside if path.exists())
    found = next(there, None) if is_folder else shutil.which(given)
    if found is None:
        places = f"neither {' nor '.join(map(str, inside))} is there"
        raise ValueError(
            f"--python {given}: {places if is_folder else 'there is no such program'}; name an "
            "interpreter, or the folder of a virtual environment"
        )
    asked = [found, "-c", "import sys; print(*sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    told = done.stdout.split()
    if done.returncode or not told or not all(map(str.isdigit, told)):
        raise ValueError(
            f"--python {given}: {found} does not run as Python: "
            f"{(done.stderr or done.stdout).strip()[-200:]}"
        )
    version = tuple(map(int, told))
    if version < _OLDEST:
        wanted, has = (".".join(map(str, numbers)) for numbers in (_OLDEST, version))
        raise ValueError(
            f"--python {given}: it is Python {has}, but the doctor needs {wanted} and later"
        )
    return os.path.abspath(found)


def run(given: str, arguments: Sequence[str]) -> int:
    """Examine the environment of another interpreter and return the exit status.

    Raises:
        ValueError: there is no such interpreter, or it cannot run the doctor.
    """
    found = interpreter(given)
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        for source in _sources():
            target = pathlib.Path(folder, source.name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        return subprocess.run([found, "-P", "-c", _RUN, folder, *arguments], check=False).returncode


def _sources() -> Iterator[pathlib.Path]:
    """Yield the folders of our packages and the files of those they need."""
    ours = pathlib.Path(__file__).resolve().parents[2]
    yield from (ours / name for name in _OURS)
    for name in sorted(_closure(_NEEDED)):
        files = importlib.metadata.distribution(name).files or []
        tops = {file.parts[0] for file in files if file.suffix == ".py" and ".." not in file.parts}
        yield from (
            pathlib.Path(str(importlib.metadata.distribution(name).locate_file(top)))
            for top in sorted(tops)
        )


def _closure(names: Sequence[str]) -> set[str]:
    """Return these distributions and everything they require here."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            wanted = map(Requirement, importlib.metadata.requires(name) or [])
            waiting += [
                need.name
                for need in wanted
                if need.marker is None or need.marker.evaluate({"extra": ""})
            ]
    return found
