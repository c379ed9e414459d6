"""What the checks look at, each thing measured once, however many checks ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from compat.doctor import dists
from compat.doctor.child import Answer, Children
from compat.doctor.dists import Copy

_T = TypeVar("_T")
Progress = Callable[[str, int, int], None]


class World:
    """This machine and this environment, as far as the doctor looks.

    Args:
        limit: seconds that one import, or one probe, may take.
        thorough: compare hashes where sizes would do.
        progress: is told the name of a long task, how much of it is done, and of how much.
    """

    def __init__(self, limit: float = 30.0, *, thorough: bool = False, progress: Progress | None = None) -> None:
        self.thorough = thorough
        self.progress: Progress = progress or (lambda label, done, total: None)
        self.children: Children = Children(limit)
        self._known: dict[Any, Any] = {}
        self._locks: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    def once(self, key: Any, measure: Callable[[], _T]) -> _T:
        """What ``measure`` gives, measured at the first call for ``key``; others wait for it."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._known:
                self._known[key] = measure()
            known: _T = self._known[key]
            return known

    def imported(self, package: str) -> Answer:
        """What came of importing a package in a child."""
        return self.once(("import", package), lambda: self.children.ask("importing", package))

    def ask_over_torch(self, probe: str, tasks: Sequence[Any]) -> list[Answer] | None:
        """Answers to tasks that take torch; ``None`` where it does not import."""

        def is_shut() -> bool:
            known = self._known.get(("import", "torch"))
            return known is not None and known.failed

        gate, *answers = self.children.ask_all(probe, [None, *tasks], gate=is_shut)
        return None if gate.failed else answers

    def copies(self, package: str) -> list[Copy]:
        """Every installed copy, the one that Python imports first."""
        return self.once(("copies", package), lambda: dists.copies(package))

    def copy(self, package: str) -> Copy | None:
        """The copy that Python imports."""
        return next(iter(self.copies(package)), None)

    def importable(self, package: str) -> bool:
        """Whether Python finds something of that name at all."""
        return dists.origin(package) is not None

    def stop(self) -> None:
        """End whatever still runs."""
        self.children.stop()
