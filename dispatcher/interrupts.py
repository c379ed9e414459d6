"""Delay signals that raise, such as Ctrl-C and alarms, until no open file or handle can be lost.

Python runs a signal handler between any two steps of the main thread. Its exception may come after
a file was opened and before anything stored it, or in a callback of a C library, which prints and
forgets it. So within ``deferred`` handlers wait:

    where                      inside  holding  a handler
    outside                    no      no       runs at once
    deferred                   yes     yes      waits for ``check`` or for the block's end
    allowed, within deferred   yes     no       runs at once; if it raises, later ones wait
    deferred, within allowed   yes     yes      as in deferred; runs at once after the block

Call ``check`` between pieces of work. Use ``allowed`` around a user's own code, which may wait for
ever.
"""

from __future__ import annotations

import _thread
import functools
import importlib
import itertools
import signal
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")
_Item = TypeVar("_Item")

# those of `signal` make an enum of each answer, and swallow a ValueError that comes meanwhile
_get: Callable[[int], Any] = importlib.import_module("_signal").getsignal
_set: Callable[[int, Any], Any] = importlib.import_module("_signal").signal
_SIGNALS = tuple(int(number) for number in signal.valid_signals())


class StoppedError(BaseException):
    """The stand-in for a handler's exception while it leaves the library's call.

    So no code takes it for an error of the file.
    """


class _State:
    """The state of the main thread.

    ``inside`` a ``deferred`` block or not; whether handlers wait (``holding``), and which
    (``pending``); what a handler ``raised``; whether a finalizer is running (``finalizing``).
    """

    inside = False
    holding = False
    finalizing = False
    pending: list[tuple[_Handler, int, types.FrameType | None]]
    raised: BaseException | None = None

    def __init__(self) -> None:
        self.pending = []


_state = _State()


class _Handler:
    """Takes the place of a signal's handler within ``deferred``."""

    def __init__(self, real: Callable[[int, types.FrameType | None], Any]) -> None:
        self.real = real

    def __call__(self, number: int, frame: types.FrameType | None) -> None:
        if _state.holding:
            _state.pending.append((self, number, frame))
        elif _state.inside:
            _state.holding = True  # later signals wait until everything is closed
            try:
                self.real(number, frame)
            except BaseException as why:
                _state.raised = why
                raise
            _state.holding = False
        else:
            self.real(number, frame)


def _is_mine() -> bool:
    """Return whether this is the main thread, inside ``deferred``."""
    return _state.inside and threading.get_ident() == threading.main_thread().ident


class deferred:  # noqa: N801 - used like a function; a generator could itself be interrupted
    """A block in which signal handlers run only at ``check``, in ``allowed`` and at the end.

    It does nothing in other threads than the main one, where Python runs no handlers, and directly
    within another such block.
    """

    def __enter__(self) -> None:
        self._handlers: list[tuple[int, _Handler]] = []
        is_main = threading.get_ident() == threading.main_thread().ident
        self._is_in_allowed = is_main and _state.inside and not _state.holding
        self._is_outermost = is_main and not _state.inside
        if self._is_in_allowed:
            _state.holding = True
        if not self._is_outermost:
            return
        _state.pending.clear()
        _state.raised = None
        try:
            for number in _SIGNALS:
                if callable(real := _get(number)):
                    handler = real if isinstance(real, _Handler) else _Handler(real)
                    self._handlers.append((number, handler))
                    _set(number, handler)
            _state.holding = _state.inside = True
        except BaseException as why:
            self._restore()
            # in a subinterpreter, where Python runs no handlers, _set itself raises
            own = why.__traceback__ is not None and why.__traceback__.tb_next is None
            self._is_outermost = not (own and isinstance(why, ValueError))
            if self._is_outermost:
                raise

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: object
    ) -> None:
        if self._is_in_allowed:
            _state.holding = _state.raised is not None or _run_pending()
            if _state.raised is not None:
                raise _state.raised
        if not self._is_outermost:
            return
        # nothing is open any more: a handler may run, and raise, as soon as it is back in place
        try:
            self._restore()
        finally:
            _state.inside = _state.holding = False
        if _state.raised is None:
            _run_pending()
        raised, _state.raised = _state.raised, None
        _state.pending.clear()
        if raised is None:
            return
        if why is not None:
            why.__traceback__ = None
        try:
            raise raised from None
        finally:
            # otherwise the exception keeps itself and the call's frames alive, and what they opened
            del raised, why, trace

    def _restore(self) -> None:
        """Put the handlers back, all of them even if one raises meanwhile."""
        try:
            while self._handlers:
                number, handler = self._handlers[-1]
                if _get(number) is handler:
                    _set(number, handler.real)
                self._handlers.pop()
        except BaseException:
            self._restore()
            raise


class finalizing(deferred):  # noqa: N801
    """As ``deferred``, for a finalizer, in which Python would drop what a handler raises.

    Waiting signals are raised once more by another thread, for the code after the finalizer.
    """

    def __enter__(self) -> None:
        super().__enter__()
        _state.finalizing = self._is_outermost

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: object
    ) -> None:
        if self._is_outermost:
            _state.finalizing = False
            for _, number, _ in _state.pending:
                _thread.start_new_thread(signal.raise_signal, (number,))
            _state.pending.clear()
        super().__exit__(kind, why, trace)


def waiting(call: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Make a function whose whole body is a ``deferred`` block."""

    @functools.wraps(call)
    def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with deferred():
            return call(*args, **kwargs)

    return run


def stepwise(items: Iterator[_Item]) -> Iterator[_Item]:
    """Give what an iterator gives; each of its steps is a ``deferred`` block."""
    while True:
        with deferred():
            found = list(itertools.islice(items, 1))
        if not found:
            return
        yield found[0]


class allowed:  # noqa: N801
    """A block of a user's own code within ``deferred``: signals raise at once, later ones wait."""

    def __enter__(self) -> None:
        self._is_inside = _is_mine() and _state.holding and not _state.finalizing
        if self._is_inside:
            check()
            _state.holding = False

    def __exit__(self, kind: object, why: BaseException | None, trace: object) -> None:
        if not self._is_inside:
            return
        _state.holding = True
        if why is None:
            _state.raised = None  # the user's code has caught it
        elif why is _state.raised:
            raise StoppedError from None


def _run_pending() -> bool:
    """Run the waiting handlers; if one raises, keep its exception and return True."""
    while _state.pending:
        handler, number, frame = _state.pending[0]
        try:
            handler.real(number, frame)
        except BaseException as why:  # noqa: BLE001 - raised at the end of the block
            _state.raised = why
            return True
        _state.pending.pop(0)
    return False


def check() -> None:
    """Run the waiting handlers, and leave the block if one raises.

    Call this where nothing can be lost.
    """
    if (
        (_state.pending or _state.raised is not None)
        and _is_mine()
        and not _state.finalizing
        and (_state.raised is not None or _run_pending())
    ):
        raise StoppedError
