"""What a session and the process of a release say to each other: pickled objects, one after the other, through two pipes."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any, BinaryIO

from compat.suites.worlds import World


@dataclasses.dataclass(frozen=True)
class Order:
    """What a process is started with: the release, the files to collect, and the session's options."""

    world: World
    arguments: list[str]
    options: dict[str, Any]
    worker: dict[str, Any] | None


@dataclasses.dataclass(frozen=True)
class Run:
    """Run a test; ``following`` is the next one, up to which the fixtures stay that both use."""

    test: str
    following: str | None


@dataclasses.dataclass(frozen=True)
class Ready:
    """The tests are collected: their ids, those of them without a marker, and the reports of what could not be collected."""

    tests: list[str]
    unmarked: list[str]
    problems: list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Report:
    """A report of a test, as pytest serialises it."""

    data: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Warned:
    """A warning that pytest recorded."""

    text: str
    module: str
    category: str
    filename: str
    lineno: int
    when: str
    test: str
    location: tuple[str, int, str] | None


@dataclasses.dataclass(frozen=True)
class Done:
    """The test has run; ``leaving`` is the reason where it called ``pytest.exit``."""

    leaving: str | None = None
    status: int | None = None


@dataclasses.dataclass(frozen=True)
class Broken:
    """The process cannot go on: an error of pytest, or of a plugin."""

    text: str


def send(pipe: BinaryIO, message: object) -> None:
    """Send a message; what does not pickle raises before a byte is written."""
    data = pickle.dumps(message)
    pipe.write(data)
    pipe.flush()


def receive(pipe: BinaryIO) -> Any:
    """Wait for a message.

    Raises:
        EOFError: the other side has ended.
    """
    return pickle.load(pipe)
