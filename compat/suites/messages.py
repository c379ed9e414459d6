"""The messages between a session and the process of a release: pickled objects in two pipes."""

import pickle
from typing import Any, BinaryIO, NamedTuple

from compat.suites.worlds import World


class Order(NamedTuple):
    """The first message to a process: the release, the files to collect, the session's options."""

    world: World
    arguments: list[str]
    options: dict[str, Any]
    worker: dict[str, Any] | None


class Run(NamedTuple):
    """Run a test; fixtures shared with ``following``, the next test, stay."""

    test: str
    following: str | None


class Ready(NamedTuple):
    """The result of collection: ids, ids without a marker, and reports of what failed."""

    tests: list[str]
    unmarked: list[str]
    problems: list[dict[str, Any]]


class Report(NamedTuple):
    """A report of a test, as pytest serialises it."""

    data: dict[str, Any]


class Warned(NamedTuple):
    """A warning that pytest recorded.

    ``message`` has the arguments of ``warnings.WarningMessage`` but the category, which may not
    exist in the session, and ``recorded`` those of ``pytest_warning_recorded``.
    """

    module: str
    category: str
    message: dict[str, Any]
    recorded: dict[str, Any]


class Done(NamedTuple):
    """The test has run; ``leaving`` is the reason where it called ``pytest.exit``."""

    leaving: str | None = None
    status: int | None = None


class Stopped(Exception):  # noqa: N818 - it is no error of the caller
    """The process has ended, or cannot go on after an error of pytest or of a plugin.

    The text says why. A process that cannot go on sends this, and the session raises it.
    """


def pickles(value: object) -> bool:
    """Return whether a message can hold a value."""
    try:
        pickle.dumps(value)
    except Exception:  # noqa: BLE001 - pickling may raise anything
        return False
    return True


def send(pipe: BinaryIO, message: object) -> None:
    """Send a message; pickle it first, so that an error leaves the pipe untouched."""
    data = pickle.dumps(message)
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Wait for a message.

    Raises:
        EOFError: the other side has ended.
    """
    return pickle.load(pipe)
