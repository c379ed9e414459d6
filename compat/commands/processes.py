"""Find the Python of another environment, and name the signal that ended a process."""

import contextlib
import os
import pathlib
import signal

# the last is conda's on Windows
_PYTHONS = ("bin/python", "Scripts/python.exe", "python.exe")


def pythons(folder: str | os.PathLike[str]) -> list[pathlib.Path]:
    """Return the places where an environment may have its Python; most of them do not exist."""
    return [pathlib.Path(folder, place) for place in _PYTHONS]


def signal_name(status: int | None) -> str:
    """Return the name of the signal that a process ended by; "" if it ended in another way.

    Args:
        status: as ``subprocess`` and ``multiprocessing`` give it; ``None`` if it still runs.
    """
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return ""
