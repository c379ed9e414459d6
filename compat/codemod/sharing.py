"""Work on many things that one process or some do, whoever is free taking the next of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from compat.codemod import processes
from compat.codemod.processes import Helper

AT_ONCE = 50  # large enough that asking for more costs nothing beside the work, small enough that nobody waits long for the last
_MOST = 1000  # numbers of this width fit into a pipe on every system
_WIDTH = 4
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Shared(Generic[Item, Outcome]):
    """Work on many things: whoever is free takes the next of them, some at a time; the helpers begin at once.

    Args:
        work: what is made of some of them.
        helpers: how many processes there are beside this one.
    """

    def __init__(self, work: Callable[[list[Item]], list[Outcome]], items: list[Item], helpers: int) -> None:
        self._count = len(items)
        self._work = work
        size = max(AT_ONCE, len(items) // _MOST + 1)
        self._batches = [items[at : at + size] for at in range(0, len(items), size)]
        # A pipe is a queue that needs no lock: who reads a number from it has it alone.
        self._numbers, end = os.pipe()
        os.write(end, b"".join(number.to_bytes(_WIDTH, "big") for number in range(len(self._batches))))
        os.close(end)
        self._helpers: list[Helper] = []
        with contextlib.suppress(OSError):  # with fewer helpers it is done later
            for _ in range(helpers):
                self._helpers.append(processes.fork(lambda line: line.send(self._take()), self._helpers))

    def _take(self, tick: Callable[[int], None] = lambda done: None) -> dict[int, list[Outcome]]:
        """Do what nobody has taken, until there is nothing left."""
        done = {}
        while number := os.read(self._numbers, _WIDTH):
            at = int.from_bytes(number, "big")
            done[at] = self._work(self._batches[at])
            tick(min((at + 1) * len(self._batches[0]), self._count))
        return done

    def outcomes(self, tick: Callable[[int], None] = lambda done: None) -> Iterator[Outcome]:
        """What comes of them, in their order; ``tick`` is told about how many are done."""
        done = self._take(tick)
        for helper in self._helpers:
            with contextlib.suppress(OSError):  # it was lost, and what it had taken is done here
                done |= helper.line.receive()
        for number, batch in enumerate(self._batches):
            yield from done.pop(number) if number in done else self._work(batch)

    def end(self) -> None:
        """Let go of what it holds."""
        os.close(self._numbers)
        for helper in self._helpers:
            helper.end()
