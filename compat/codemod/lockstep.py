"""Processes that hold the same modules and go the same way, each with its share of the work; what one finds, all are told.

Syntax trees cannot be sent to another process for less than it costs to make them. A process that is forked has them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from compat.codemod import processes
from compat.codemod.processes import Helper, Line

Told = TypeVar("Told")
Made = TypeVar("Made")


class LostError(Exception):
    """A process of the team has ended before its work was done."""


class Alone:
    """One process, which does all of the work."""

    def deal(self, sizes: Mapping[int, int]) -> None:
        """Share out pieces of the work, by number, so that each process has about as much of it."""

    def mine(self, number: int) -> bool:
        """Whether a piece of the work is for this process."""
        return True

    def tell(self, own: Told) -> list[Told]:
        """What every process has to say at this point of the way, in the same order for all of them.

        Raises:
            LostError: one does not come to this point.
        """
        return [own]


class Team(Alone):
    """One of some processes that were forked from the first.

    Args:
        rank: which one this is; the first is 0.
        size: how many there are.
        lines: of the first those to each other one, of another that to the first.
    """

    def __init__(self, rank: int, size: int, lines: Sequence[Line]) -> None:
        self._rank, self._size, self._lines = rank, size, lines
        self._owners: dict[int, int] = {}

    def deal(self, sizes: Mapping[int, int]) -> None:
        loads = [0] * self._size
        for number in sorted(sizes, key=lambda one: (-sizes[one], one)):
            self._owners[number] = rank = loads.index(min(loads))
            loads[rank] += sizes[number]

    def mine(self, number: int) -> bool:
        return self._owners[number] == self._rank

    def tell(self, own: Told) -> list[Told]:
        try:
            if self._rank:
                self._lines[0].send(own)
                told: list[Told] = self._lines[0].receive()
                return told
            told = [own, *(line.receive() for line in self._lines)]
            for line in self._lines:
                line.send(told)
        except OSError as why:
            raise LostError from why
        return told


def together(jobs: int, work: Callable[[Alone], Made]) -> Made:
    """What ``work`` makes, which must be the same in every process; where no other can be had, or one is lost, this one makes it alone.

    Args:
        jobs: how many processes there are, this one among them.
    """
    size = processes.how_many(jobs) + 1
    helpers: list[Helper] = []
    try:
        try:
            for rank in range(1, size):
                helpers.append(processes.fork(lambda line, rank=rank: work(Team(rank, size, [line])), helpers))  # type: ignore[misc]
        except OSError:
            size = 1
        if size > 1:
            with contextlib.suppress(LostError):
                return work(Team(0, size, [helper.line for helper in helpers]))
        return work(Alone())
    finally:
        for helper in helpers:
            helper.end()
