"""Forked processes, which have all that this one has, and send back what they make of it."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Line:
    """One end of a line between two processes; what is lost of it is told as an ``OSError``."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = open(reading, "rb"), open(writing, "wb")  # noqa: SIM115  closed by `close`

    def send(self, thing: object) -> None:
        """Send anything that can be pickled."""
        pickle.dump(thing, self._writing, pickle.HIGHEST_PROTOCOL)
        self._writing.flush()

    def receive(self) -> Any:
        """What the other end sends next."""
        try:
            return pickle.load(self._reading)
        except (EOFError, pickle.UnpicklingError) as why:
            raise ConnectionResetError("the process at the other end has ended") from why

    def close(self) -> None:
        """Close this end."""
        self._reading.close()
        with contextlib.suppress(OSError):  # what was not sent yet, nobody waits for
            self._writing.close()


class Helper(NamedTuple):
    """A process beside this one, and the line to it."""

    pid: int
    line: Line

    def end(self) -> None:
        """End it, whatever it is doing; it takes the system a while to clear away, see ``wait``."""
        self.line.close()
        os.kill(self.pid, signal.SIGKILL)
        _ended.append(self.pid)


_ended: list[int] = []


def wait() -> None:
    """Wait until the helpers that were ended are gone; before a process ends itself there is no need to."""
    while _ended:
        os.waitpid(_ended.pop(), 0)


def how_many(jobs: int) -> int:
    """How many helpers to have for a number of jobs, this process being one: none where forking is not safe, or is not to be had."""
    safe = hasattr(os, "fork") and (sys.platform != "darwin" or threading.active_count() == 1)
    return max(jobs - 1, 0) if safe else 0


def fork(work: Callable[[Line], object], others: Iterable[Helper] = ()) -> Helper:
    """Begin something in a process of its own, which is given its end of the line, and ends with the work.

    Args:
        others: the helpers there are; their lines are not for this one, or it would keep them open.

    Raises:
        OSError: the system gives no more processes, or files.
    """
    here, there = _line()
    try:
        pid = os.fork()
    except OSError:
        here.close()
        there.close()
        raise
    if pid:
        there.close()
        return Helper(pid, here)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was asked to do the work ends it
        for line in (here, *(helper.line for helper in others)):
            line.close()
        work(there)
    finally:
        os._exit(0)  # whatever has gone wrong here the first process meets too, and says


def _line() -> tuple[Line, Line]:
    (first_in, second_out), (second_in, first_out) = os.pipe(), os.pipe()
    return Line(first_in, first_out), Line(second_in, second_out)
