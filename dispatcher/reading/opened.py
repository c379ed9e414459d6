"""Open a file once for all who look into it: headers, the judges of short files, the backends.

What looks into a file gets its path, a file object, or a file that is open already. A path is
opened and closed, a file object is put back where it stood, an open file is used as it is.
"""

import contextlib
import functools
import io
import os
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from dispatcher import interrupts
from dispatcher.errors import BackendError, describe
from dispatcher.headers.file import HEAD, Bytes, File
from dispatcher.reading.file_objects import is_readable, is_regular

_Found = TypeVar("_Found")
_SETTLED = 2 * 10**9  # nanoseconds: the coarsest time stamps of any file system
COMPARED = 1 << 10  # bytes of the head
_HAS_PREAD = hasattr(os, "pread")  # Windows has none
_UNREADABLE = (
    *(OSError, ValueError, TypeError, AttributeError),
    *(RuntimeError, OverflowError, IndexError, BufferError),
)


class OpenFile(File):
    """A regular file that is open, until the end of a ``with`` block.

    Reading at a place does not move the position of ``raw``, which a library may share, except on
    Windows.
    """

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__()
        self.raw = raw
        self.status: os.stat_result = os.fstat(raw.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()

    def read(self, offset: int, size: int) -> bytes:
        if size > HEAD:
            size = min(size, self.size)  # room is made for all that is asked for
        if _HAS_PREAD:
            return os.pread(self.raw.fileno(), size, offset)
        self.raw.seek(offset)
        return self.raw.read(size) or b""

    @property
    def size(self) -> int:
        return self.status.st_size

    def remembered(self, parse: Callable[[Self], _Found]) -> _Found:
        """Return what ``parse`` makes of this file, also for later calls until it changes.

        It is not kept for a file that was changed a moment ago: it could change again and keep its
        time of change. Some changes never show in a time: writes through mmap, and copies that keep
        times on Windows, sshfs or FAT. So the first bytes, which say what samples mean, count too.
        """
        status = self.status
        changed = status.st_mtime_ns, status.st_ctime_ns
        identity = status.st_dev, status.st_ino, status.st_size, hash(self.head[:COMPARED])
        kept = _kept(parse, *identity, *changed)
        found: _Found = kept[0] if kept else self.parsed(parse)
        if not kept and time.time_ns() - max(changed) > _SETTLED:
            kept.append(found)
        return found


@functools.lru_cache(maxsize=1 << 12)
def _kept(*_: object) -> list[Any]:
    """Return the list that keeps what a function found in a file: one result, or none yet."""
    return []


class InMemory(Bytes):
    """What a ``BytesIO`` holds."""

    def __init__(self, held: io.BytesIO) -> None:
        super().__init__(held.getvalue())
        self.raw: io.BytesIO = held


class _Object(File):
    """A file object, whose data begins at byte ``begin``."""

    def __init__(self, wrapped: Any, begin: int) -> None:
        super().__init__()
        self._wrapped, self._begin = wrapped, begin

    def read(self, offset: int, size: int) -> bytes:
        self._wrapped.seek(self._begin + offset)
        parts: list[bytes] = []
        left = size
        while left > 0 and (part := self._wrapped.read(left)):  # it may return fewer, or more
            parts.append(part)
            left -= len(part)
        return b"".join(parts)[:size]

    @property
    def size(self) -> int:
        return self.parsed(_end) - self._begin


def _end(file: _Object) -> int:
    return int(file._wrapped.seek(0, os.SEEK_END))


def opened(place: Any) -> contextlib.AbstractContextManager[OpenFile | None]:
    """Open a regular file; ``None`` for anything else, and for what cannot be opened.

    Opening a pipe would do harm: what is read from it is gone. A file that is open already is given
    as it is, and stays open.
    """
    if isinstance(place, OpenFile):
        return contextlib.nullcontext(place)
    if is_readable(place) or isinstance(place, int) or not is_regular(place):
        return contextlib.nullcontext()
    try:
        return OpenFile(io.FileIO(place))
    except (OSError, ValueError):
        return contextlib.nullcontext()


def unobserved(held: Any) -> OpenFile | InMemory | None:
    """Return a file object as a file, if nobody can tell how it is read, only where it then stands.

    Nobody can of Python's own objects for memory and regular files; they must stand at their start.
    """
    with contextlib.suppress(OSError, ValueError):  # it is closed, or has lost its file
        if type(held) is io.BytesIO and not held.tell():
            return InMemory(held)
        if (
            type(held) is io.BufferedReader
            and type(held.raw) is io.FileIO
            and is_regular(held.fileno())
            and not held.tell()
        ):
            return OpenFile(held.raw)
    return None


def look(
    place: Any, check: Callable[[File], _Found | None], start: int | None = None
) -> _Found | None:
    """Return what ``check`` finds in a path, a file object or an open file.

    ``None`` where reading would do harm (a pipe, an object that cannot go back), and for what
    cannot be read.

    Args:
        place: what to look into.
        check: gets the file.
        start: where a file object's data begins, in bytes; ``None`` for where it stands.
    """
    # nobody can tell how such an object is read, so it need not be moved
    if type(place) is io.BytesIO and not place.closed:
        place = place if (place.tell() if start is None else start) else InMemory(place)
    is_open = isinstance(place, (OpenFile, InMemory))
    if not is_open and is_readable(place):
        return _look_into_object(place, check, start)
    try:
        if is_open:
            return check(place)
        with opened(place) as file:
            return None if file is None else check(file)
    except _UNREADABLE:
        return None


def _look_into_object(
    wrapped: Any, check: Callable[[File], _Found | None], start: int | None
) -> _Found | None:
    here = found = None
    # outside `allowed`: what a signal raises is no error of the object
    try:
        with interrupts.allowed():
            if not wrapped.seekable():
                return None
            here = wrapped.tell()
            found = check(_Object(wrapped, here if start is None else start))
    except _UNREADABLE:
        pass
    except BaseException:
        if here is not None:
            with contextlib.suppress(*_UNREADABLE):
                wrapped.seek(here)
        raise
    if here is not None:
        put_back(wrapped, here)
    return found


def put_back(wrapped: Any, place: int) -> None:
    """Move a file object back to a position.

    Raises:
        BackendError: (a RuntimeError) it is elsewhere afterwards.
    """
    cause = None
    try:
        with interrupts.allowed():
            wrapped.seek(place)
    except _UNREADABLE as why:
        cause = why
    with interrupts.allowed():
        found = wrapped.tell()
    if found != place:
        raise BackendError(
            f"{describe(wrapped)} does not go back to byte {place}: it stands at {found}"
        ) from cause
