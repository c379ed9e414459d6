"""Signals that raise, as Ctrl-C and alarms do, while a library is at work: kept until nothing can be lost by them.

Python runs a signal's handler between any two steps of the main thread, so an exception of the handler's may come after a file was
opened and before anybody has noted that, or in a callback of a C library, which prints and forgets it. While ``deferred`` holds,
handlers are not run but noted; ``check``, called between pieces of work, runs them; ``allowed`` runs them at once, where a user's
own code may wait for ever.
"""

from __future__ import annotations

import importlib
import signal
import threading
import types
from collections.abc import Callable
from typing import Any

_get: Callable[[int], Any] = importlib.import_module("_signal").getsignal  # signal's own makes an enumeration of each answer
_SIGNALS = tuple(int(number) for number in signal.valid_signals())


class _StoppedError(BaseException):
    """What leaves the library's call in place of an exception of a handler, so that nobody takes that for an error of the file's."""


class _State:
    """Of the main thread: whether it is inside a block, whether handlers wait, which have been noted, what one of them raised."""

    inside = False
    holding = False
    pending: list[tuple[_Handler, int, types.FrameType | None]]
    raised: BaseException | None = None

    def __init__(self) -> None:
        self.pending = []


_state = _State()


class _Handler:
    """Stands for a signal's handler."""

    def __init__(self, real: Callable[[int, types.FrameType | None], Any]) -> None:
        self.real = real

    def __call__(self, number: int, frame: types.FrameType | None) -> None:
        if _state.holding:
            _state.pending.append((self, number, frame))
        elif _state.inside:
            _state.holding = True  # whatever follows an exception waits until everything is closed
            try:
                self.real(number, frame)
            except BaseException as why:
                _state.raised = why
                raise
            _state.holding = False
        else:
            self.real(number, frame)


def _is_mine() -> bool:
    return _state.inside and threading.get_ident() == threading.main_thread().ident


class deferred:  # noqa: N801 - a context manager, used as a function is; one written as a generator could itself be interrupted
    """A block in which no signal raises but at ``check`` and in ``allowed``; what came is raised at its end at the latest.

    In other threads than the main one, where Python runs no handlers, and within another such block it does nothing.
    """

    def __enter__(self) -> None:
        self._handlers: list[tuple[int, _Handler]] = []
        self._is_outermost = not _state.inside and threading.get_ident() == threading.main_thread().ident
        if not self._is_outermost:
            return
        for number in _SIGNALS:
            real = _get(number)
            if callable(real):
                handler = real if isinstance(real, _Handler) else _Handler(real)
                self._handlers.append((number, handler))
                try:
                    signal.signal(number, handler)
                except ValueError:  # in a subinterpreter, where Python runs no handlers either
                    self._is_outermost = False
                    return
        _state.pending.clear()
        _state.raised = None
        _state.holding = _state.inside = True

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, trace: object) -> None:
        if not self._is_outermost:
            return
        # from here on handlers run at once: what comes is raised here, and nothing is open any more
        _state.inside = _state.holding = False
        for number, handler in self._handlers:
            if _get(number) is handler:
                signal.signal(number, handler.real)
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
            del raised, why, trace  # or the exception would keep itself alive, and the frames of the call, with what they opened


class allowed:  # noqa: N801
    """A block of a user's own code within ``deferred``: there a signal raises at once, and the next one waits."""

    def __enter__(self) -> None:
        self._is_inside = _is_mine() and _state.holding
        if self._is_inside:
            check()
            _state.holding = False

    def __exit__(self, kind: object, why: BaseException | None, trace: object) -> None:
        if not self._is_inside:
            return
        _state.holding = True
        if why is None:
            _state.raised = None  # the code there has dealt with it
        elif why is _state.raised:
            raise _StoppedError from None


def _run_pending() -> bool:
    """Run the handlers that wait, up to one that raises, and keep that; whether one did."""
    while _state.pending:
        handler, number, frame = _state.pending[0]
        try:
            handler.real(number, frame)
        except BaseException as why:  # noqa: BLE001 - it is raised at the end of the block
            _state.raised = why
            return True
        _state.pending.pop(0)
    return False


def check() -> None:
    """Run the handlers that wait; the block ends here where one of them raises. To be called where nothing can be lost."""
    if (_state.pending or _state.raised is not None) and _is_mine() and (_state.raised is not None or _run_pending()):
        raise _StoppedError
