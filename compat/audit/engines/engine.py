"""What an engine and a task are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from compat.audit.items import Item


class EngineError(Exception):
    """The work cannot go on, for a reason that is none of a file's: the text says which."""


Outcome = TypeVar("Outcome")
_Outcome_co = TypeVar("_Outcome_co", covariant=True)


class Task(Protocol[_Outcome_co]):
    """What is done with each file, in whichever process."""

    def __call__(self, item: Item) -> _Outcome_co: ...

    def crashed(self, item: Item, why: str) -> _Outcome_co:
        """What comes of a file that ended its process."""
        ...


class Engine(Protocol):
    """What runs a task over many files."""

    def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
        """What comes of each, as it is ready.

        Raises:
            EngineError: the work cannot go on.
        """
        ...
