"""Handles of C libraries, which nobody closes where an interrupt comes between opening one and noting that.

Python looks for signals whenever a call returns to its own bytecode, before what the call gave has gone anywhere, and whenever a
function of its own begins: a ``KeyboardInterrupt`` at such a moment loses a handle for good. Here opening and noting are one call,
made in C, and so is closing.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from dispatcher.errors import BackendError


@contextlib.contextmanager
def held(
    close: Callable[[Any], object],
    opens: Callable[..., Any],
    *arguments: Any,
    lock: AbstractContextManager[Any] | None = None,
    worded: Callable[[Exception], None] = lambda _: None,
    **named: Any,
) -> Iterator[Any]:
    """What ``opens`` gives, closed at the end if it is not false; both are done under the lock, if there is one.

    Neither function, nor the lock, may be one written in Python. ``worded`` is given an error of ``opens``, and may raise another
    in its place. To be used in a ``with`` statement: an ``ExitStack`` would keep what an interrupt leaves for
    Python's garbage collector.

    Raises:
        BackendError: ``opens`` raised ``StopIteration``, as a file object may.
    """
    lock = threading.Lock() if lock is None else lock
    opening = itertools.starmap(functools.partial(opens, **named), (arguments,))
    kept: list[Any] = []
    try:
        try:
            with lock:
                kept.extend(opening)
        except Exception as why:
            worded(why)
            raise
        if not kept:
            raise BackendError("the file object raised StopIteration")
        yield kept[0]
    finally:
        if kept and kept[0]:
            with lock:
                close(kept[0])
