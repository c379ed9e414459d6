"""Run on a Dask cluster: an existing one, or one made on this machine.

If a worker dies, the scheduler gives its work to the others. If a batch's workers die repeatedly,
its files wait until everything else is done. Then each runs alone, and a file that still kills its
workers gets the blame.
"""

import contextlib
import itertools
import re
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from compat.audit.engines import EngineError, Outcome, Task
from compat.audit.items import Item
from compat.commands.arguments import UsageError

_LOCAL = re.compile(r"local(?:\[(\d+)\])?")
_ADDRESS = re.compile(r"(tcp|tls)://\[?([^/]+?)\]?:(\d+)/?")
_FILES = 16  # in a batch, for a low cost per file
_AHEAD = 3
_LOOK_SECONDS = 5.0
# a running scheduler answers in a fraction of this, and nobody should wait for a missing one
_CONNECT_SECONDS = 3.0
_NOT_YET: Any = object()


class DaskEngine:
    """A connection to a scheduler.

    Args:
        scheduler: ``tcp://HOST:PORT`` (or ``tls://``), or ``local[N]`` for N worker processes here.
        patience: seconds to wait for a worker if there is none.
        tell: is called with what the engine waits for.
        note: is called with the workers and the dashboard's address, once connected.

    Raises:
        UsageError: the scheduler is neither, or Dask is not installed.
        EngineError: nothing answers at that address.
    """

    def __init__(
        self,
        scheduler: str,
        patience: float = 60.0,
        tell: Callable[[str], None] = lambda text: None,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._scheduler, self._patience, self._tell, self._note = scheduler, patience, tell, note
        self._options: dict[str, Any] = {"address": scheduler, "timeout": _CONNECT_SECONDS}
        if local := _LOCAL.fullmatch(scheduler):
            self._options = {
                "n_workers": int(local[1]) if local[1] else None, "threads_per_worker": 1,
                "processes": True, "dashboard_address": "127.0.0.1:0",
            }  # fmt: skip
        elif address := _ADDRESS.fullmatch(scheduler):
            self._look(address[1], address[2], int(address[3]))
        else:
            raise UsageError(f"--scheduler {scheduler}: write tcp://HOST:PORT, or local[N]")
        try:
            import distributed
        except ImportError as why:
            raise UsageError(
                f'--scheduler needs Dask ({why}): pip install "torchaudio-compat[audit]"'
            ) from why
        self._distributed: Any = distributed

    def _look(self, scheme: str, host: str, port: int) -> None:
        """Check that a scheduler answers, before a search for files that may take an hour.

        Raises:
            EngineError: nothing answers.
        """
        self._tell(f"connecting to the scheduler at {self._scheduler}")
        try:
            with socket.create_connection((host, port), timeout=_CONNECT_SECONDS) as connection:
                # a scheduler speaks first; distributed would wait forever for a server that does
                # not
                if scheme == "tcp" and not connection.recv(1):
                    raise self._silent(ConnectionError("another program listens there"))
        except (OSError, UnicodeError, OverflowError) as why:
            raise self._silent(why) from why

    def _silent(self, why: Exception) -> EngineError:
        hint = (
            "Is the scheduler running, and is this its address? `dask scheduler` prints the "
            "address. local[2] needs no scheduler"
        )
        return EngineError(f"no scheduler answers at {self._scheduler} ({why}). {hint}")

    def run(self, task: Task[Outcome], items: Iterable[Item]) -> Iterator[Outcome]:
        """Run a task; see ``Engine``."""
        try:  # without an address, the client starts and ends a cluster on this machine
            client = self._distributed.Client(**self._options, set_as_default=False)
        except (OSError, TimeoutError) as why:
            raise self._silent(why) from why
        with client:
            self._note(self._connected(client))
            yield from self._through(client, task, items)

    def _connected(self, client: Any) -> str:
        """Return the number of workers and the address of the dashboard, for people."""
        workers = len(client.nthreads())
        many = f"{workers:,} {'worker' if workers == 1 else 'workers'}"
        dashboard = "no dashboard"
        with contextlib.suppress(KeyError):
            dashboard = f"dashboard at {client.dashboard_link}"
        return f"Dask at {client.scheduler.address}: {many}, {dashboard}"

    def _through(
        self, client: Any, task: Task[Outcome], items: Iterable[Item]
    ) -> Iterator[Outcome]:
        left = iter(items)
        going: dict[Any, list[Item]] = {}
        suspects: list[Item] = []

        def submit(batch: list[Item]) -> None:
            going[client.submit(_run, task, batch, pure=False)] = batch

        try:
            while True:
                while len(going) < _AHEAD * max(2, sum(client.nthreads().values())) and (
                    batch := list(itertools.islice(left, _FILES))
                ):
                    submit(batch)
                # nothing else runs now, so if a worker dies, this file killed it
                if not going and suspects:
                    submit([suspects.pop()])
                    alone = True
                elif going:
                    alone = False
                else:
                    return
                for future in self._finished(client, going):
                    batch = going[future]
                    rows = self._rows(future, batch)
                    if rows is _NOT_YET:
                        continue
                    del going[future]
                    if rows is not None:
                        yield from rows
                    elif alone:
                        yield task.crashed(batch[0], "every worker that read it died")
                    else:
                        suspects += batch
        finally:
            with contextlib.suppress(Exception):
                client.cancel(list(going))

    def _finished(self, client: Any, going: dict[Any, Any]) -> list[Any]:
        """Wait for futures and return those that are done.

        Raises:
            EngineError: there has been no worker for a while.
        """
        seen = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError), client.as_current():
                return list(
                    self._distributed.wait(
                        list(going), timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED"
                    ).done
                )
            if client.nthreads():
                seen = time.monotonic()
            elif time.monotonic() - seen <= self._patience:
                waited = time.monotonic() - seen
                self._tell(
                    f"the scheduler has no worker; waiting for one ({waited:.0f} of "
                    f"{self._patience:g} s)"
                )
            else:
                raise EngineError(
                    f"the scheduler at {self._scheduler} has had no worker for "
                    f"{self._patience:g} s. Run the command again to continue"
                )

    def _rows(self, future: Any, batch: list[Item]) -> Any:
        """Return the rows of a batch.

        Return ``None`` if its workers died repeatedly, and ``_NOT_YET`` if it is computed again.

        Raises:
            EngineError: the work cannot go on.
        """
        try:
            return future.result(timeout=_LOOK_SECONDS)
        except EngineError:
            raise
        except self._distributed.KilledWorker:
            return None
        except TimeoutError:  # the worker that held the result died after it was done
            return _NOT_YET
        except (self._distributed.client.FutureCancelledError, OSError) as why:
            raise EngineError(
                f"the scheduler at {self._scheduler} is gone ({why}). Run the same command "
                "again to continue"
            ) from why
        except Exception as why:
            raise EngineError(
                f"a worker failed, at one of {batch[0].path} ...: {type(why).__name__}: {why}"
            ) from why


def _run(task: Task[Outcome], batch: list[Item]) -> list[Outcome]:
    """Run a batch in a worker."""
    return [task(item) for item in batch]
