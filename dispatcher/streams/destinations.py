"""Where a writer's bytes go: a file, a file object, a pipe, or an address.

A regular file is written beside the old one, and replaces it at the end.
"""

import contextlib
import os
import re
from collections.abc import Callable
from typing import Any, cast

from dispatcher.errors import ArgumentTypeError, BackendError, describe
from dispatcher.reading import file_objects
from dispatcher.reading.called_objects import NOWHERE, CalledObject
from dispatcher.writing import target

_ADDRESS = re.compile(r"[a-z][a-z0-9]*://", re.IGNORECASE)
_NUMBERED = re.compile(r"%\d*d")


class Destination:
    """What a muxer writes to, and what happens to it at the end.

    This one FFmpeg opens itself: an address, a device, a series of numbered pictures. What was sent
    cannot be taken back, and no code of Python runs that an interrupt could come into.

    Attributes:
        failure: the first error of an object that was written to.
    """

    failure: Exception | None = None

    def __init__(self, place: Any) -> None:
        self.place: Any = place

    def commit(self) -> None:
        """Keep what was written."""

    def abandon(self) -> None:
        """Restore what was there before, where that is possible."""

    def check(self) -> None:
        """Raise the interrupt that came while an object was written to, if there was one."""


class NewFile(Destination):
    """A file beside the target, which it replaces in one step."""

    def __init__(self, path: str) -> None:
        self._writing = contextlib.ExitStack()
        super().__init__(self._writing.enter_context(target.writing(path)))

    def commit(self) -> None:
        self._writing.close()

    def abandon(self) -> None:
        with contextlib.suppress(_AbandonedError), self._writing:
            raise _AbandonedError


class _AbandonedError(Exception):
    """Tells ``target.writing`` to discard the file."""


class Object(CalledObject, Destination):
    """A file object that gets bytes as they come; ``commit`` raises its first error.

    Position 0 is where the object stands now.
    """

    def __init__(self, wrapped: Any, *, owned: bool = False) -> None:
        super().__init__(wrapped)
        self.place = self
        self._owned = owned
        self._sent_to: int | None = None
        self.name = ""
        if not _goes_back(wrapped):
            return
        with contextlib.suppress(OSError, NotImplementedError):  # else it only goes forward
            self._origin = self._place()
            self.seek: Callable[..., int] = self._seek
            self.tell: Callable[[], int] = self._tell

    def write(self, data: bytes) -> int:
        """Write all the bytes to the object.

        Raises:
            OSError: the object does not take them, or an interrupt came.
            BackendError: it does not write where it stands.
        """
        self._noted(None, self._write, data)
        return len(data)

    def _write(self, data: bytes) -> None:
        target.deliver(self._wrapped, data)
        place, self._sent_to = self._sent_to, None
        if place is None:
            return
        if callable(flush := getattr(self._wrapped, "flush", None)):
            self._asked(flush)  # a file that is open to append goes to its end only now
        if (end := self._place()) != place + len(data):
            raise BackendError(
                f"{describe(self._wrapped)} should stand at byte {place + len(data)} after a "
                f"write, and stands at {end}; if it is open to append ('ab'), open it with 'wb' or "
                "'r+b'"
            )

    def _seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return cast("int", self._noted(NOWHERE, self._go_to, offset, whence))

    def _go_to(self, offset: int, whence: int) -> int:
        self._sent_to = self._sought(offset, whence)
        return self._sent_to - self._origin

    def _tell(self) -> int:
        return cast("int", self._noted(self._origin, self._place)) - self._origin

    def commit(self) -> None:
        """Close the object if it is ours.

        Raises:
            Exception: what the object raised before, so the file is damaged.
        """
        self.abandon()
        self.believe()

    def abandon(self) -> None:
        if self._owned:
            self._wrapped.close()


def _goes_back(wrapped: Any) -> bool:
    """Return whether an object can be written to at an earlier position."""
    if not hasattr(wrapped, "seek") or not hasattr(wrapped, "tell"):
        return False
    seekable = getattr(wrapped, "seekable", None)
    with contextlib.suppress(OSError, NotImplementedError, TypeError):
        return seekable is None or bool(seekable())
    return False


def destination(dst: Any, *, opens_itself: bool) -> Destination:
    """Return the destination for ``dst``; ``opens_itself`` if the format opens it (a device).

    Raises:
        ArgumentTypeError: (a TypeError) it is neither a path, an address nor a file object.
        OSError: the folder is missing, or the file is read-only.
    """
    if file_objects.is_writable(dst):
        return Object(dst)
    if not isinstance(dst, (str, os.PathLike)):
        raise ArgumentTypeError(
            f"{describe(dst)} is neither a path, an address nor a file object to write to"
        )
    path = os.fsdecode(dst)
    if opens_itself or _ADDRESS.match(path) or _NUMBERED.search(os.path.basename(path)):
        return Destination(path)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        return Object(open(path, "wb", buffering=0), owned=True)  # its reader may wait for it
    return NewFile(path)
