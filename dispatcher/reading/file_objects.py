"""File objects to read from, made safe to hand to a C library."""

import contextlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

from dispatcher import interrupts
from dispatcher.errors import ArgumentTypeError, AudioError, BackendError, describe
from dispatcher.reading.called_objects import NOWHERE, CalledObject, checked_place
from dispatcher.settings import Settings

_SPOOL_CHUNK = 1 << 20


def is_readable(uri: object) -> bool:
    """Return whether ``uri`` is a file object to read, and not a path."""
    return callable(getattr(uri, "read", None))


def is_writable(uri: object) -> bool:
    """Return whether ``uri`` is a file object to write, and not a path."""
    return callable(getattr(uri, "write", None))


class Reader(CalledObject, io.RawIOBase):
    """A file object whose ``read(n)`` returns at most ``n`` bytes, and nothing but bytes.

    FFmpeg copies whatever it gets into a buffer of ``n`` bytes, so an object that returns more
    corrupts the heap. Position 0 of the reader is where the object stands now.
    """

    def __init__(self, wrapped: Any) -> None:
        super().__init__(wrapped)
        self._rest: bytes | memoryview = b""
        with contextlib.suppress(OSError, AttributeError, NotImplementedError):
            self._origin = self._place()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes, or all if it is negative; none at the end."""
        data: bytes = self._noted(b"", self._read, size)
        return data

    def _read(self, size: int) -> bytes:
        data = self._rest or self._asked(self._wrapped.read, size)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ArgumentTypeError(
                f"{describe(self._wrapped)}.read() gave {type(data).__name__}, not bytes; "
                "open the file in binary mode"
            )
        self._rest = b""
        # len() of a view counts its items, which may have several bytes each
        if isinstance(data, memoryview) and (data.ndim != 1 or data.itemsize != 1):
            data = data.tobytes()
        if 0 <= size < len(data):
            # a view, not a copy: an object may return far too much, and it is taken in small pieces
            data, self._rest = data[:size], memoryview(data)[size:]
        return bytes(data)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is data: to libsndfile a short read is the file's end."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            data = self.read(len(view) - filled)
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position.

        Raises:
            BackendError: the object is not where it was sent, or its end is not its end.
        """
        place: int = self._noted(NOWHERE, self._seek, offset, whence)
        return place

    def _seek(self, offset: int, whence: int) -> int:
        place = self._sought(offset, whence)
        self._rest = b""
        return max(0, place - self._origin)

    def _here(self) -> int:
        return self._place() - len(self._rest)

    def _ends_here(self) -> bool:
        return not self._asked(self._wrapped.read, 1)

    def _end(self) -> int:
        end = super()._end()
        if not self._ends_here():
            raise BackendError(
                f"{describe(self._wrapped)}.seek(0, 2) went to {end}, where there is more to read"
            )
        return end

    def tell(self) -> int:
        place: int = self._noted(0, self._tell)
        return place

    def _tell(self) -> int:
        return max(0, self._here() - self._origin)

    @property
    def original(self) -> Any:
        """Return the object that is read."""
        return self._wrapped


class ForwardReader(Reader):
    """A reader that never goes back, for data still being written: pipe, socket, microphone."""

    def seekable(self) -> bool:
        return False


def is_regular(path: Any) -> bool:
    """Return whether a path is a regular file, which can be opened and closed without harm.

    Opening a pipe does harm: what is read from it is gone.
    """
    if not isinstance(path, (str, bytes, int, os.PathLike)):
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, TypeError, ValueError):
        return False


class PatientReader(Reader):
    """A reader for a library that cannot pass on errors.

    It keeps the first error, and from then on behaves as at the file's end.
    """

    def readinto(self, buffer: Any) -> int:
        return self._keep(super().readinto, buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._keep(super().seek, offset, whence)

    def tell(self) -> int:
        return self._keep(super().tell)

    def _keep(self, operation: Callable[..., int], *arguments: Any) -> int:
        try:
            return max(0, operation(*arguments))
        except Exception:  # noqa: BLE001 - the library's caller raises it again
            return 0


def interruptible(place: Any) -> contextlib.AbstractContextManager[None]:
    """Raise, at the block's end, an interrupt that a reader has kept, whatever else is raised.

    Raise the reader's first error in place of what a library made of it. ``place`` need not be a
    reader.
    """
    return _interruptible(place) if isinstance(place, Reader) else contextlib.nullcontext()


@contextlib.contextmanager
def _interruptible(place: Reader) -> Iterator[None]:
    try:
        yield
    except Exception as why:
        place.check()
        if place.failure not in (why, why.__cause__):
            place.believe()
        raise
    finally:
        place.check()


def believe(place: Any) -> None:
    """Raise the error of a file object that a library did not pass on, if there was one.

    ``place`` need not be a reader.
    """
    if isinstance(place, Reader):
        place.believe()


class UnseekableError(AudioError, io.UnsupportedOperation):
    """A file object has ``seek`` and refuses it; the releases let its own OSError through."""


def _goes_back(wrapped: Any, settings: Settings) -> bool:
    """Return whether a file object can seek.

    Raises:
        UnseekableError: it has ``seek`` and refuses it, and the flag ``unseekable_objects`` is off.
    """
    if not hasattr(wrapped, "seek") or not hasattr(wrapped, "tell"):
        return False
    try:
        with interrupts.allowed():
            wrapped.seek(checked_place(wrapped, wrapped.tell()))
    # AttributeError: a member of a tar that is read as a stream
    except (OSError, NotImplementedError, AttributeError) as why:
        if not settings.unseekable_objects:
            text = f"the seek() of {describe(wrapped)} fails ({why})"
            raise UnseekableError(
                f"{text}. Pass io.BytesIO(file.read()), or turn on the flag unseekable_objects."
            ) from why
        return False
    return True


def _spooled(wrapped: Any) -> io.BytesIO:
    """Read the rest of a file object into memory."""
    reader, held = Reader(wrapped), io.BytesIO()
    with interruptible(reader):
        while chunk := reader.read(_SPOOL_CHUNK):
            held.write(chunk)
    held.seek(0)
    return held


def seekable(uri: Any, settings: Settings) -> Any:
    """Return a file object with the content of ``uri`` that can seek.

    An object without ``seek`` is read into memory. With the flag ``unseekable_objects``, so is one
    whose ``seek`` raises.

    Raises:
        OSError: the object refuses to seek, and the flag is off.
    """
    return uri if _goes_back(uri, settings) else _spooled(uri)


def reader(uri: Any, settings: Settings) -> Any:
    """Return a reader of ``seekable``, or itself if it is a ``BytesIO``, which needs none.

    Raises:
        OSError: the object refuses to seek, and the flag ``unseekable_objects`` is off.
    """
    file = seekable(uri, settings)
    return file if type(file) is io.BytesIO and not file.tell() else Reader(file)


def as_it_comes(wrapped: Any, settings: Settings) -> Reader:
    """Return a reader of a file object whose data may still be on its way.

    Without ``seek`` it only goes forward.

    Raises:
        OSError: the object has ``seek`` and refuses it, and the flag ``unseekable_objects`` is off.
    """
    return Reader(wrapped) if _goes_back(wrapped, settings) else ForwardReader(wrapped)
