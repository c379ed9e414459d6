"""Examine another environment: ``--python .venv``.

With pipx the doctor lives in an environment of its own, which has no faults to find. So its code
and the few packages it needs are copied into a temporary folder, and the other interpreter runs
them from there; nothing is installed.
"""

import importlib.util
import pathlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from compat.commands import processes

_OURS = ("compat", "dispatcher", "legacy")
# modules, and those that they need themselves
_NEEDED = ("deprecation", "packaging", "elftools", "rich", "markdown_it", "mdurl", "pygments")
_OLDEST = (3, 11)
_RUN = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from compat.doctor import cli; "
    "sys.exit(cli.main(sys.argv[1:], cli.PROG))"
)


def interpreter(given: str) -> str:
    """Return the path of the interpreter that the user named.

    Raises:
        UsageError: there is none.
        ValueError: it does not run, or its Python is too old for this package.
    """
    found = processes.interpreter("--python", given)
    asked = [found, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise ValueError(f"--python {given}: {found} does not run as Python: {why}") from why
    told = done.stdout.split()
    if done.returncode or not told or not all(map(str.isdigit, told)):
        raise ValueError(
            f"--python {given}: {found} does not run as Python: "
            f"{(done.stderr or done.stdout).strip()[-200:]}"
        )
    if tuple(map(int, told)) < _OLDEST:
        raise ValueError(
            f"--python {given}: it is Python {'.'.join(told)}, but the doctor needs "
            f"{'.'.join(map(str, _OLDEST))} and later"
        )
    return found


def run(given: str, arguments: Sequence[str]) -> int:
    """Examine the environment of another interpreter and return the exit status.

    Raises:
        UsageError: there is no such interpreter.
        ValueError: it cannot run the doctor.
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
    """Yield the folders of our packages, and the folders or files of those they need."""
    ours = pathlib.Path(__file__).resolve().parents[2]
    yield from (ours / name for name in _OURS)
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            place = pathlib.Path(spec.origin)
            yield place.parent if place.name == "__init__.py" else place
