"""Open C handles so that Ctrl-C cannot leak them.

Python runs signal handlers when a call returns, before its value is stored anywhere, and when a
Python function begins. A ``KeyboardInterrupt`` at such a moment loses a handle for good. Here C
code opens and stores a handle in one call, and closes it in one call.
"""

import contextlib
import functools
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from dispatcher.errors import BackendError


@contextlib.contextmanager
def opened(
    close: Callable[[Any], object],
    opens: Callable[..., Any],
    *arguments: Any,
    lock: AbstractContextManager[Any] | None = None,
    on_error: Callable[[Exception], None] = lambda _: None,
    **named: Any,
) -> Iterator[Any]:
    """Yield the handle that ``opens`` returns, and close it at the end unless it is false.

    ``lock``, if given, is held while opening and while closing. ``on_error`` gets an error of
    ``opens`` and may raise another in its place. ``opens``, ``close`` and ``lock`` must be written
    in C, because a signal can interrupt Python code. Use this in a ``with`` statement: an
    ``ExitStack`` that is interrupted leaves the handle to Python's garbage collector.

    Raises:
        BackendError: ``opens`` raised ``StopIteration``, as a file object may.
    """
    lock = threading.Lock() if lock is None else lock
    # ``kept.extend(opening)`` calls ``opens`` and stores the handle without Python bytecode between
    opening = itertools.starmap(functools.partial(opens, **named), (arguments,))
    kept: list[Any] = []
    try:
        try:
            with lock:
                kept.extend(opening)
        except Exception as why:
            on_error(why)
            raise
        if not kept:
            raise BackendError("the file object raised StopIteration")
        yield kept[0]
    finally:
        if kept and kept[0]:
            with lock:
                close(kept[0])
