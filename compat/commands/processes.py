"""Find the Python of another environment, and name the signal that ended a process."""

import contextlib
import os
import shutil
import signal

from compat.commands.arguments import UsageError

# in the folder of an environment; the last is conda's on Windows
_PYTHONS = ("bin/python", "Scripts/python.exe", "python.exe")


def interpreter(option: str, given: str) -> str:
    """Return the path of the Python that a user named: its path, its name, or its environment.

    Raises:
        UsageError: there is none.
    """
    found = of_environment(given) or shutil.which(given)
    if found is None and not os.path.isfile(given):
        raise UsageError(
            f"{option} {given}: there is no such program, and no {_PYTHONS[0]} in a folder of that "
            "name; name an interpreter, or the folder of its environment"
        )
    return os.path.abspath(found or given)


def of_environment(folder: str) -> str:
    """Return the path of the Python of an environment; "" if none is there."""
    return next(filter(os.path.exists, (os.path.join(folder, place) for place in _PYTHONS)), "")


def signal_name(status: int | None) -> str:
    """Return the name of the signal that a process ended by; "" if it ended in another way.

    Args:
        status: as ``subprocess`` and ``multiprocessing`` give it; ``None`` if it still runs.
    """
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return ""
