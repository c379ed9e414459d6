"""File objects to read from, made safe to hand to a C library."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

from dispatcher import interrupts
from dispatcher.errors import ArgumentTypeError, AudioError, BackendError, describe
from dispatcher.settings import Settings

_SPOOL_CHUNK = 1 << 20
_NO_PLACE = 1 << 63


class _KeptError(OSError):
    """Stands for an interrupt that a reader has kept."""


class Reader(io.RawIOBase):
    """A file object whose ``read(n)`` never gives more than ``n`` bytes, and never anything but bytes.

    FFmpeg copies whatever it is given into a buffer of ``n`` bytes, so an object that gives more corrupts the heap. Where the
    object stands now is the reader's beginning. An interrupt (``KeyboardInterrupt``, ``SystemExit``) is kept for ``check``, and
    an ordinary error goes to the library instead: PyAV and cffi print what is no ``Exception`` and read on, for ever at times.
    """

    def __init__(self, wrapped: Any) -> None:
        self._wrapped = wrapped
        self._rest: bytes | memoryview = b""
        self._origin = 0
        self._interrupt: BaseException | None = None
        with contextlib.suppress(OSError, AttributeError, NotImplementedError):
            self._origin = self._place()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, all that come for a negative one; none at the end."""
        data = self._rest or self._asked(self._wrapped.read, size)
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise ArgumentTypeError(f"{describe(self._wrapped)}.read() gave {type(data).__name__}, not bytes; open the file in binary mode")
        self._rest = b""
        # a view counts its items, which may be of several bytes
        if isinstance(data, memoryview) and (data.ndim != 1 or data.itemsize != 1):
            data = data.tobytes()
        if 0 <= size < len(data):
            # not a copy: much too much may be given, and be taken in small pieces
            data, self._rest = data[:size], memoryview(data)[size:]
        return bytes(data)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; less than all of it comes only at the end, which is what libsndfile takes it for."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            data = self.read(len(view) - filled)
            if not data:
                break
            view[filled : filled + len(data)] = data
            filled += len(data)
        return filled

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset -= len(self._rest)
        elif whence == os.SEEK_SET:
            offset += self._origin
        self._rest = b""
        self._asked(self._wrapped.seek, offset, whence)
        if whence == os.SEEK_SET and self._place() != offset:
            # a demuxer that is led astray may go round for ever
            raise BackendError(f"{describe(self._wrapped)}.seek({offset}) went to {self._place()}")
        return self.tell()

    def tell(self) -> int:
        return max(0, self._place() - len(self._rest) - self._origin)

    @property
    def original(self) -> Any:
        """The object that is read."""
        return self._wrapped.original if isinstance(self._wrapped, Reader) else self._wrapped

    def check(self) -> None:
        """Raise the interrupt that came while the object was asked, if one did."""
        if self._interrupt is not None:
            raise self._interrupt
        if isinstance(self._wrapped, Reader):
            self._wrapped.check()

    def _asked(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        """What the object answers; nothing more is asked of it after an interrupt."""
        if self._interrupt is not None:
            raise _KeptError("interrupted")
        try:
            with interrupts.allowed():
                return operation(*arguments)
        except Exception:
            raise
        except BaseException as why:  # noqa: BLE001 - `check` raises it again
            self._interrupt = why
            raise _KeptError("interrupted") from None

    def _place(self) -> int:
        """Where the object says that it stands.

        Raises:
            ArgumentTypeError, BackendError: it says what is no place in a file.
        """
        place = self._asked(self._wrapped.tell)
        if not isinstance(place, int):
            raise ArgumentTypeError(f"{describe(self._wrapped)}.tell() gave {type(place).__name__}, not int")
        if not 0 <= place < _NO_PLACE:
            raise BackendError(f"{describe(self._wrapped)}.tell() gave {place}, which is no place in a file")
        return place


class ForwardReader(Reader):
    """A reader that is never asked to go back, for what is still being written: a pipe, a socket, a microphone."""

    def seekable(self) -> bool:
        return False


def is_regular(path: Any) -> bool:
    """Whether a path is that of a regular file, which can be opened and closed again without harm; a pipe cannot."""
    if not isinstance(path, (str, bytes, int, os.PathLike)):
        return False
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, TypeError, ValueError):
        return False


def size(wrapped: Any) -> int:
    """Bytes from where a file object stands to its end; 0 where it does not tell. It stays where it is."""
    try:
        with interrupts.allowed():
            here = wrapped.tell()
            end = wrapped.seek(0, os.SEEK_END)
            wrapped.seek(here)
    except (OSError, AttributeError, NotImplementedError, ValueError):
        return 0
    return max(0, end - here) if isinstance(end, int) else 0


class PatientReader(Reader):
    """A reader for a library that cannot pass on errors: it keeps the first one, and says that the file has ended."""

    def __init__(self, wrapped: Any) -> None:
        super().__init__(wrapped)
        self.failure: Exception | None = None

    def readinto(self, buffer: Any) -> int:
        return self._keep(super().readinto, buffer)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._keep(super().seek, offset, whence)

    def tell(self) -> int:
        return self._keep(super().tell)

    def _keep(self, operation: Callable[..., int], *arguments: Any) -> int:
        if self.failure is None:
            try:
                return operation(*arguments)
            except Exception as failure:  # noqa: BLE001 - whatever the object raises is raised again by who asked
                self.failure = failure
        return 0


@contextlib.contextmanager
def interruptible(place: Any) -> Iterator[None]:
    """Have an interrupt that a reader has kept come out of the block, whatever else does; ``place`` may be no reader at all."""
    try:
        yield
    finally:
        if isinstance(place, Reader):
            place.check()


class UnseekableError(AudioError, io.UnsupportedOperation):
    """A file object has ``seek`` and refuses it; the releases let its own OSError through."""


def _unseekable(uri: Any, why: Exception) -> UnseekableError:
    text = f"{describe(uri)} has seek(), and refuses it ({why})"
    return UnseekableError(f"{text}. Pass io.BytesIO(file.read()), or turn on the flag unseekable_objects.")


def _spooled(wrapped: Any) -> io.BytesIO:
    """All that is left in a file object, in memory."""
    reader, held = Reader(wrapped), io.BytesIO()
    with interruptible(reader):
        while chunk := reader.read(_SPOOL_CHUNK):
            held.write(chunk)
    held.seek(0)
    return held


def seekable(uri: Any, settings: Settings) -> Any:
    """A file object that can seek, standing for ``uri``.

    An object without ``seek`` is read into memory. One that has ``seek`` and refuses to use it is as well, where the
    flag ``unseekable_objects`` says so.

    Raises:
        OSError: the object's own, where it refuses to seek and the flag is off.
    """
    if not hasattr(uri, "seek") or not hasattr(uri, "tell"):
        return _spooled(uri)
    try:
        with interrupts.allowed():
            uri.seek(uri.tell())
    except (OSError, NotImplementedError) as why:
        if not settings.unseekable_objects:
            raise _unseekable(uri, why) from why
        return _spooled(uri)
    return uri if type(uri) is io.BytesIO and not uri.tell() else Reader(uri)


def as_it_comes(wrapped: Any, settings: Settings) -> Reader:
    """A reader of a file object that need not hold all of its data yet: one without ``seek`` is only read forwards.

    Raises:
        OSError: the object's own, where it has ``seek``, refuses it, and the flag ``unseekable_objects`` is off.
    """
    if not hasattr(wrapped, "seek") or not hasattr(wrapped, "tell"):
        return ForwardReader(wrapped)
    try:
        wrapped.seek(wrapped.tell())
    except (OSError, NotImplementedError) as why:
        if not settings.unseekable_objects:
            raise _unseekable(wrapped, why) from why
        return ForwardReader(wrapped)
    return Reader(wrapped)
