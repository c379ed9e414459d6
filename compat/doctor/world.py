"""Measure what the checks look at, each thing once, however many checks ask for it."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from compat.diagnosis import dists
from compat.diagnosis.dists import Copy
from compat.doctor.child import Answer, Children

_T = TypeVar("_T")
Progress = Callable[[str, int, int], None]


class World:
    """What the doctor looks at: the machine and the environment.

    Args:
        limit: seconds that one import or one probe may take.
        thorough: compare hashes where sizes would do.
        progress: is called with the name of a long task, the amount done and the total.
    """

    def __init__(
        self, limit: float = 30.0, *, thorough: bool = False, progress: Progress | None = None
    ) -> None:
        self.thorough = thorough
        self.progress: Progress = progress or (lambda label, done, total: None)
        self.children: Children = Children(limit)
        self._known: dict[Any, Any] = {}
        self._locks: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    def once(self, key: Any, measure: Callable[[], _T]) -> _T:
        """Return the result of ``measure``; only the first call for ``key`` runs it."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._known:
                self._known[key] = measure()
            known: _T = self._known[key]
            return known

    def imported(self, package: str) -> Answer:
        """Import a package in a child and return the answer."""
        return self.once(("import", package), lambda: self.children.ask("importing", package))

    def ask_over_torch(self, probe: str, tasks: Sequence[Any]) -> list[Answer] | None:
        """Return answers to tasks that need torch; ``None`` if torch does not import."""
        torch = ("import", "torch")
        gate = self._known.get(torch, Answer())
        answers: list[Answer] = []
        if not gate.failed:
            gate, *answers = self.children.ask_all(
                [("importing", "torch"), *((probe, task) for task in tasks)], gated=True
            )
        if gate.failed:
            self.once(torch, lambda: gate)
            return None
        return answers

    def copies(self, package: str) -> list[Copy]:
        """Return every installed copy; the first is the one that Python imports."""
        return self.once(("copies", package), lambda: dists.copies(package))

    def copy(self, package: str) -> Copy | None:
        """Return the copy that Python imports."""
        return next(iter(self.copies(package)), None)

    def installed(self) -> list[Copy]:
        """Return the copies that Python imports, of all packages that the doctor looks at."""
        return [copy for name in dists.PACKAGES if (copy := self.copy(name))]

    def importable(self, package: str) -> bool:
        """Return whether Python finds anything of that name."""
        return dists.origin(package) is not None
