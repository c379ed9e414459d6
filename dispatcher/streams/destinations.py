"""Where a writer's bytes go: a file, a file object, a pipe, or an address.

A regular file is written beside the old one, and replaces it at the end.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable
from typing import Any

from dispatcher.errors import ArgumentTypeError, BackendError, describe
from dispatcher.reading import file_objects
from dispatcher.writing import target

_ADDRESS = re.compile(r"[a-z][a-z0-9]*://", re.IGNORECASE)
_NUMBERED = re.compile(r"%\d*d")


class Destination:
    """What a muxer writes to, and what happens to it at the end.

    This one FFmpeg opens itself: an address, a device, a series of numbered pictures. What was sent
    cannot be taken back, and no code of Python runs that an interrupt could come into.
    """

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
        self._writing: Any = target.writing(path)
        super().__init__(self._writing.__enter__())

    def commit(self) -> None:
        self._end()

    def abandon(self) -> None:
        with contextlib.suppress(_AbandonedError):
            self._end(_AbandonedError())

    def _end(self, why: Exception | None = None) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.__exit__(None if why is None else type(why), why, None)


class _AbandonedError(Exception):
    """Tells ``target.writing`` to discard the file."""


class Object(Destination):
    """A file object that gets bytes as they come.

    It keeps an interrupt (``KeyboardInterrupt``, ``SystemExit``) for ``check``, and the first error
    for ``commit``: PyAV prints an interrupt, FFmpeg writes on after a seek that failed.
    """

    def __init__(self, wrapped: Any, *, owned: bool = False) -> None:
        super().__init__(self)
        self._wrapped, self._owned = wrapped, owned
        self._interrupt: BaseException | None = None
        self._failure: Exception | None = None
        self.name = ""
        if _goes_back(wrapped):
            self.seek: Callable[..., int] = self._seek
            self.tell: Callable[[], int] = self._tell

    def write(self, data: bytes) -> int:
        """Write all the bytes to the object.

        Raises:
            OSError: the object does not take them, an interrupt came, or an error came before.
        """
        self._noted(target.deliver, self._wrapped, data)
        return len(data)

    def _noted(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        if self._interrupt is not None or self._failure is not None:
            raise OSError("interrupted") from self._failure
        try:
            return operation(*arguments)
        except Exception as why:
            self._failure = why
            raise
        except BaseException as why:  # noqa: BLE001 - `check` raises it again
            self._interrupt = why
            raise OSError("interrupted") from None

    def _seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        place: int = self._noted(self._sought, offset, whence)
        return place

    def _sought(self, offset: int, whence: int) -> int:
        if whence == os.SEEK_CUR:
            offset, whence = offset + self._tell(), os.SEEK_SET
        self._wrapped.seek(offset, whence)
        place = self._tell()
        if whence == os.SEEK_SET and place != offset:
            raise BackendError(f"{describe(self._wrapped)}.seek({offset}) went to {place}")
        return place

    def _tell(self) -> int:
        place: int = self._wrapped.tell()
        return place

    def commit(self) -> None:
        """Close the object if it is ours.

        Raises:
            Exception: what the object raised before, so the file is damaged.
        """
        self.abandon()
        if self._failure is not None:
            raise self._failure

    def abandon(self) -> None:
        if self._owned:
            self._wrapped.close()

    def check(self) -> None:
        if self._interrupt is not None:
            raise self._interrupt


def _goes_back(wrapped: Any) -> bool:
    """Return whether an object can be written to at an earlier position."""
    if not hasattr(wrapped, "seek") or not hasattr(wrapped, "tell"):
        return False
    seekable = getattr(wrapped, "seekable", None)
    with contextlib.suppress(OSError, NotImplementedError, TypeError):
        return seekable is None or bool(seekable())
    return False


def _is_pipe(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


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
    if _is_pipe(path):
        return Object(open(path, "wb"), owned=True)
    return NewFile(path)
