"""Run in processes of this machine.

A decoder may kill its process or hang. So the parent knows which file each worker is reading: that
file gets the blame, and a new worker takes the rest. A pool of the standard library would give up
instead, and blame no file.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import multiprocessing
import multiprocessing.connection
import multiprocessing.resource_tracker
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from typing import Any, Generic

from compat.audit.engines.engine import EngineError, Outcome, Task
from compat.audit.items import Item
from compat.commands.processes import signal_name

_PRELOAD = ["compat.audit.preload"]
# how long a worker keeps results back, and how much work it gets at a time
_REPORT_SECONDS = 0.05
_BATCH_SECONDS = 0.25
_MOST_FILES = 64
_AHEAD = 2
_TICK = 1.0
_MOST_STILLBORN = 5
_IDLE = -1


class LocalEngine:
    """A number of worker processes.

    Args:
        jobs: how many.
        time_limit: seconds that a file may take before its worker is killed; 0 for no limit.
    """

    jobs: int
    time_limit: float

    def __init__(self, jobs: int, time_limit: float = 0) -> None:
        self.jobs, self.time_limit = jobs, time_limit
        self._stillborn = 0

    def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
        """Run a task; see ``Engine``."""
        context = _context()
        waiting = _Waiting(items)
        workers: list[_Worker[Outcome]] = []
        try:
            while True:
                while len(workers) < self.jobs and waiting.more():
                    workers.append(_Worker(context, task))
                for worker in workers:
                    worker.feed(waiting)
                if not any(worker.given for worker in workers):
                    return
                ready = set(
                    multiprocessing.connection.wait(
                        [worker.pipe for worker in workers if worker.given], _TICK
                    )
                )
                for worker in list(workers):
                    yield from self._heard(worker, worker.pipe in ready, task, waiting, workers)
        finally:
            for worker in workers:
                worker.end()

    def _heard(
        self,
        worker: _Worker[Outcome],
        spoke: bool,
        task: Task[Outcome],
        waiting: _Waiting,
        workers: list[_Worker[Outcome]],
    ) -> Iterator[Outcome]:
        """Yield what a worker sent; if it died or hangs, also the row of the file it was at."""
        why = how = ""
        if spoke:
            try:
                yield from worker.receive()
                self._stillborn = 0
            except (EOFError, OSError):
                how = worker.obituary()
                why = f"the process crashed while it read the file ({how})"
        elif self.time_limit and worker.stuck(self.time_limit):
            why = (
                f"reading the file took more than {self.time_limit:g} s, the limit that "
                "--time-limit sets"
            )
        if why:
            workers.remove(worker)
            worker.end()
            yield from worker.left_behind()
            culprit, rest = worker.culprit()
            self._stillborn = self._stillborn + 1 if culprit is None else 0
            if self._stillborn >= _MOST_STILLBORN:
                hint = (
                    "is there enough memory, and room for temporary files? Run the same command "
                    "again to continue"
                )
                raise EngineError(
                    f"{self._stillborn} workers in a row ended before they read a file "
                    f"({how}); {hint}"
                )
            waiting.put_back(rest)
            if culprit is not None:
                yield task.crashed(culprit, why)


class _Waiting:
    """The items that no worker has."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = iter(items)
        self._back: collections.deque[Item] = collections.deque()

    def more(self) -> bool:
        """Return whether there is an item left."""
        if not self._back:
            self._back.extend(self.take_new(1))
        return bool(self._back)

    def take_new(self, number: int) -> list[Item]:
        """Return the next items that no worker had before."""
        return list(itertools.islice(self._items, number))

    def take(self, number: int) -> list[Item]:
        """Return the next items; fewer if there are not enough."""
        found = [self._back.popleft() for _ in range(min(number, len(self._back)))]
        return found + self.take_new(number - len(found)) if len(found) < number else found

    def put_back(self, items: list[Item]) -> None:
        """Take items back from a worker that died."""
        self._back.extendleft(reversed(items))


class _Worker(Generic[Outcome]):
    """One process, and the items it was given."""

    def __init__(self, context: Any, task: Task[Outcome]) -> None:
        self.pipe, other = context.Pipe()
        self._at = context.RawValue("q", _IDLE)
        self._process = context.Process(target=_work, args=(other, task, self._at), daemon=True)
        with _undisturbed():
            self._process.start()
        other.close()
        self.given: dict[int, Item] = {}
        self._number = 0
        self._seconds, self._done = 0.0, 0
        self._seen, self._since = _IDLE, time.monotonic()

    def feed(self, waiting: _Waiting) -> None:
        """Give it enough work for now and a little more."""
        each = self._seconds / self._done if self._done else _BATCH_SECONDS
        batch = max(1, min(_MOST_FILES, int(_BATCH_SECONDS / max(each, 1e-6))))
        if len(self.given) > batch * (_AHEAD - 1):
            return
        items = waiting.take(batch * _AHEAD - len(self.given))
        if items:
            sent = {self._number + place: item for place, item in enumerate(items)}
            self._number += len(items)
            self.given.update(sent)
            with contextlib.suppress(OSError):  # if it is dead, `receive` notices
                self.pipe.send(list(sent.items()))

    def receive(self) -> Iterator[Outcome]:
        """Yield the rows that it has sent.

        Raises:
            EngineError: the task itself failed.
            EOFError: the process is dead.
        """
        kind, content = self.pipe.recv()
        if kind == "failed":
            raise EngineError(content)
        for number, row, seconds in content:
            if self.given.pop(number, None) is not None:
                self._done += 1
                self._seconds += seconds
                yield row

    def left_behind(self) -> Iterator[Outcome]:
        """Yield the rows that it sent before it died."""
        with contextlib.suppress(EOFError, OSError):
            while self.pipe.poll():
                yield from self.receive()

    def culprit(self) -> tuple[Item | None, list[Item]]:
        """Return the file it was reading, and its other items."""
        at = self.given.pop(self._at.value, None)
        return at, [item for _, item in sorted(self.given.items())]

    def stuck(self, limit: float) -> bool:
        """Return whether it has been reading the same file for longer than the limit."""
        at = self._at.value
        if at != self._seen or at == _IDLE:
            self._seen, self._since = at, time.monotonic()
            return False
        return time.monotonic() - self._since > limit

    def obituary(self) -> str:
        """Return how it died."""
        self._process.join(5)
        status = self._process.exitcode
        return signal_name(status) or f"exit status {status}"

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


def _work(pipe: Any, task: Task[Any], at: Any) -> None:
    """Run a worker."""
    # Ctrl-C reaches every process of a terminal, and the parent decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rows: list[tuple[int, Any, float]] = []
    told = time.monotonic()
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while True:
            for number, item in pipe.recv():
                at.value, begun = number, time.monotonic()
                try:
                    row = task(item)
                except EngineError as why:
                    pipe.send(("failed", str(why)))
                    return
                except Exception as why:  # noqa: BLE001 - the parent raises it
                    pipe.send(
                        (
                            "failed",
                            f"{item.path}: {type(why).__name__}: {why}\n{traceback.format_exc()}",
                        )
                    )
                    return
                rows.append((number, row, time.monotonic() - begun))
                if time.monotonic() - told > _REPORT_SECONDS:
                    pipe.send(("rows", rows))
                    rows, told = [], time.monotonic()
            at.value = _IDLE
            if rows and not pipe.poll():
                pipe.send(("rows", rows))
                rows, told = [], time.monotonic()
