"""Distribute the work to processes of this machine or to a Dask cluster.

An engine has ``run(task, items)``, which yields the outcomes as they are ready. Each item comes
back exactly once, even if workers die. Closing the generator ends the work.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from compat.audit.items import Item


class EngineError(Exception):
    """An error that stops the work and is no file's fault; the text gives the reason."""


Outcome = TypeVar("Outcome")
_Outcome_co = TypeVar("_Outcome_co", covariant=True)


class Task(Protocol[_Outcome_co]):
    """The work on each file, in whichever process."""

    def __call__(self, item: Item) -> _Outcome_co: ...

    def crashed(self, item: Item, why: str) -> _Outcome_co:
        """Return the outcome for a file that killed its process."""
        ...


class Engine(Protocol):
    """Runs a task over many files."""

    def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
        """Yield the outcome of each item as it is ready.

        Raises:
            EngineError: the work cannot go on.
        """
        ...
