"""Run in processes of this machine.

A decoder may kill its process or hang. So each worker answers after each of its files: the first
one without an answer gets the blame, and a new worker takes the rest. A pool of the standard
library would give up instead, and blame no file.
"""

import collections
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.resource_tracker
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic

from compat.audit.engines import EngineError, Outcome, Task
from compat.audit.items import Item
from compat.commands.processes import signal_name

_PRELOAD = ["compat.audit.preload"]
_AHEAD = 2  # files that a worker has at a time: the one it reads, and the next
_TICK = 1.0
_MOST_STILLBORN = 5  # for a moment, memory may be short


class LocalEngine:
    """A number of worker processes.

    Args:
        jobs: how many.
        time_limit: seconds that a file may take before its worker is killed; 0 for no limit.
    """

    def __init__(self, jobs: int, time_limit: float = 0) -> None:
        self._jobs, self._time_limit = jobs, time_limit

    def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
        """Run a task; see ``Engine``."""
        context, new = _context(), iter(items)
        back: collections.deque[Item] = collections.deque()
        workers: list[_Worker[Outcome]] = []
        stillborn = 0

        def take() -> Item | None:
            return back.popleft() if back else next(new, None)

        try:
            while True:
                for worker in workers:
                    worker.feed(take)
                while len(workers) < self._jobs and (item := take()) is not None:
                    back.appendleft(item)
                    workers.append(_Worker(context, task))
                    workers[-1].feed(take)
                busy = [worker for worker in workers if worker.given]
                if not busy:
                    return
                ready = multiprocessing.connection.wait([worker.pipe for worker in busy], _TICK)
                for worker in busy:
                    try:
                        if worker.pipe in ready:
                            yield from worker.receive()
                            stillborn = 0
                        else:
                            worker.check(self._time_limit)
                    except _EndedError as why:
                        workers.remove(worker)
                        if worker.is_ready:
                            yield task.crashed(worker.given.popleft(), str(why))
                        else:
                            stillborn += 1
                        if stillborn == _MOST_STILLBORN:
                            raise EngineError(
                                f"{stillborn} workers in a row ended before they read a file "
                                f"({why}); is there enough memory, and room for temporary files? "
                                "Run the same command again to continue"
                            ) from why
                        back.extendleft(reversed(worker.given))
        finally:
            for worker in workers:
                worker.end()


class _EndedError(Exception):
    """A worker that has ended, or was killed; the text says why."""


class _Worker(Generic[Outcome]):
    """One process, and the files it was given and has not answered for."""

    def __init__(self, context: Any, task: Task[Outcome]) -> None:
        self.pipe, other = context.Pipe()
        self._process = context.Process(target=_work, args=(other, task), daemon=True)
        with _undisturbed():
            self._process.start()
        other.close()
        self.given: collections.deque[Item] = collections.deque()
        self.is_ready = False
        self._since = 0.0

    def feed(self, take: Callable[[], Item | None]) -> None:
        """Give it files until it has enough of them."""
        while len(self.given) < _AHEAD and (item := take()) is not None:
            if not self.given:
                self._since = time.monotonic()
            self.given.append(item)
            with contextlib.suppress(OSError):  # if it is dead, `receive` notices
                self.pipe.send(item)

    def receive(self) -> Iterator[Outcome]:
        """Yield what it has sent: first that it is ready, then an outcome for each file.

        Raises:
            EngineError: the task itself failed.
            _EndedError: the process is dead.
        """
        try:
            answer = self.pipe.recv()
        except (EOFError, OSError) as why:
            self._process.join(5)
            status = self._process.exitcode
            self.end()
            how = signal_name(status) or f"exit status {status}"
            raise _EndedError(
                f"the process crashed while it read the file ({how})" if self.is_ready else how
            ) from why
        self._since = time.monotonic()
        if isinstance(answer, EngineError):
            raise answer
        if self.is_ready:
            self.given.popleft()
            yield answer
        self.is_ready = True

    def check(self, limit: float) -> None:
        """Kill it if it has been reading a file for longer than the limit.

        Raises:
            _EndedError: it had.
        """
        is_late = bool(limit) and self.is_ready and time.monotonic() - self._since > limit
        if is_late and not self.pipe.poll():  # it may have answered while others were heard
            self.end()
            raise _EndedError(
                f"reading the file took more than {limit:g} s, the limit that --time-limit sets"
            )

    def end(self) -> None:
        """Kill it, since none of its state is needed any more."""
        self._process.kill()
        self._process.join()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Block Ctrl-C in processes started here; they inherit this, so that only the parent reacts.

    The parent receives it when the block ends.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # started inside the block, it would unblock the signal again
    multiprocessing.resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _context() -> Any:
    """Return a context that forks workers from a process with the decoders imported but unused.

    Only Linux has that; other systems spawn.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def _work(pipe: Any, task: Task[Any]) -> None:
    """Run a worker."""
    # Ctrl-C reaches every process of a terminal, and the parent decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # what decoders print names no file, and would break the bar
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        pipe.send(None)
        while True:
            item = pipe.recv()
            try:
                answer = task(item)
            except EngineError as why:
                answer = why
            except Exception as why:  # noqa: BLE001 - the parent raises it
                told = f"{type(why).__name__}: {why}\n{traceback.format_exc()}"
                answer = EngineError(f"{item.path}: {told}")
            pipe.send(answer)
