"""File objects that C libraries call, which do not pass on all their errors."""

import os
from collections.abc import Callable
from typing import Any

from dispatcher import interrupts
from dispatcher.errors import ArgumentTypeError, BackendError, describe

NOWHERE = -1  # what a seek that fails returns
_NO_PLACE = 1 << 63


class _KeptError(OSError):
    """Raised in place of an interrupt that is kept for ``check``."""


class CalledObject:
    """A file object that is called no more after its first error.

    Its position 0 is ``_origin``, where the object stood at first.

    A library may take an error for the end of the file, or go on at a wrong position. PyAV and cffi
    print an interrupt (``KeyboardInterrupt``, ``SystemExit``) and go on, sometimes for ever. So an
    interrupt is kept for ``check``, and the library gets an ordinary error instead. Later calls get
    what ends the library's work soon, the end of the file: PyAV would print each further error.

    Attributes:
        failure: the first error, for ``believe``.
    """

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped
        self._origin = 0
        self._interrupt: BaseException | None = None
        self.failure: Exception | None = None

    def check(self) -> None:
        """Raise the interrupt that came while the object was called, if there was one."""
        if self._interrupt is not None:
            raise self._interrupt

    def believe(self) -> None:
        """Raise the first error, if there was one."""
        if self.failure is not None:
            raise self.failure

    def _noted(self, at_end: Any, operation: Callable[..., Any], *arguments: Any) -> Any:
        """Call one of our operations, and keep its first error or interrupt.

        After one, return ``at_end``.
        """
        if self._interrupt is not None or self.failure is not None:
            return at_end
        try:
            return operation(*arguments)
        except Exception as why:
            self.failure = why
            raise
        except BaseException as why:  # noqa: BLE001 - `check` raises it again
            self._interrupt = why
            raise _KeptError("interrupted") from None

    def _asked(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        with interrupts.allowed():
            return operation(*arguments)

    def _place(self) -> int:
        """Return the object's position.

        Raises:
            ArgumentTypeError, BackendError: what it returns is no position in a file.
        """
        return checked_place(self._wrapped, self._asked(self._wrapped.tell))

    def _here(self) -> int:
        """Return the object's position as the library sees it."""
        return self._place()

    def _end(self) -> int:
        """Go to the object's end, and return its position."""
        self._asked(self._wrapped.seek, 0, os.SEEK_END)
        return self._place()

    def _ends_here(self) -> bool:
        """Return whether the object has no data after its position."""
        return False

    def _sought(self, offset: int, whence: int) -> int:
        """Move the object as ``seek`` does, and return its own position.

        Raises:
            BackendError: it is elsewhere afterwards, and not at its end before that place, where
                archives and compressed files stop.
        """
        if whence == os.SEEK_SET:
            place = self._origin + offset
        elif whence == os.SEEK_CUR:
            place = self._here() + offset
        else:
            place = self._end() + offset
        self._asked(self._wrapped.seek, place)
        found = self._place()
        if found > place or (found < place and not self._ends_here()):
            raise BackendError(f"{describe(self._wrapped)}.seek({place}) went to {found}")
        return found


def checked_place(wrapped: Any, place: Any) -> int:
    """Return what a file object's ``tell`` gave.

    Raises:
        ArgumentTypeError, BackendError: it is no position in a file.
    """
    if not isinstance(place, int):
        raise ArgumentTypeError(f"{describe(wrapped)}.tell() gave {type(place).__name__}, not int")
    if not 0 <= place < _NO_PLACE:
        raise BackendError(f"{describe(wrapped)}.tell() gave {place}, which is no place in a file")
    return place
