"""Locks, and garbage, that survive a fork.

A child that is forked while another thread holds an ordinary lock waits for it for ever. Here a
fork first waits up to a second for each lock, so that the child does not inherit a library's
variables half changed. The child then gets new locks.

FFmpeg's filters have threads, which a child does not have: to free the parent's filters there waits
for ever. So the child's collector leaves alone what the parent left to its own, as Python's
documentation advises those who fork.
"""

import functools
import gc
import os
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

_PATIENCE = 1.0  # seconds; an effects chain may hold libsox' lock for minutes


class Shared:
    """A lock of a process; ``lock`` is the one to use now.

    Args:
        make: makes a new lock.
        tell: called with each lock that replaces another.
        patience: seconds that a fork waits for it.
    """

    lock: Any

    def __init__(
        self,
        make: Callable[[], Any] = threading.RLock,
        tell: Callable[[Any], None] = lambda _: None,
        patience: float = _PATIENCE,
    ) -> None:
        self._make, self._tell, self._is_held = make, tell, False
        self.patience: float = patience
        self.renew()
        _all.add(self)

    def hold(self) -> None:
        """Take the lock, if it is free within ``patience``."""
        self._is_held = self.lock.acquire(timeout=self.patience)

    def give_back(self) -> None:
        """Undo ``hold``."""
        if self._is_held:
            self._is_held = False
            self.lock.release()

    def renew(self) -> None:
        """Put a new lock in its place."""
        self._is_held, self.lock = False, self._make()
        self._tell(self.lock)


_all: weakref.WeakSet[Shared] = weakref.WeakSet()


def _leave_garbage() -> None:
    if "av" in sys.modules:
        gc.freeze()


def _for_all(step: Callable[[Shared], None]) -> None:
    for shared in list(_all):
        step(shared)


if hasattr(os, "register_at_fork"):  # Windows has no forks
    os.register_at_fork(
        before=functools.partial(_for_all, Shared.hold),
        after_in_parent=functools.partial(_for_all, Shared.give_back),
        after_in_child=functools.partial(_for_all, Shared.renew),
    )
    os.register_at_fork(after_in_child=_leave_garbage)
