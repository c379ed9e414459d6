"""Write files safely: replace a target in one step by a complete file.

An encoder writes to a new file beside the target, which ``atomic_files`` puts in its place. A file
object, a path that is no regular file (a pipe, ``/dev/stdout``), or a file that the program holds
open gets its bytes only when all of them are there.
"""

import contextlib
import io
import operator
import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from dispatcher import atomic_files, interrupts
from dispatcher.errors import BackendError, describe
from dispatcher.reading.file_objects import is_writable

_LEAST_STEP = 4096  # bytes that an object is given at a time at least
_IDLE, _PAUSE = 100, 0.05  # how often an object may take nothing, and the seconds between
_OPEN_FILE = re.compile(r"/dev/(?:stdout|stderr)|/(?:dev|proc/self)/fd/(\d+)")
_NUMBERS = {"/dev/stdout": 1, "/dev/stderr": 2}


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _is_held(file: os.stat_result) -> bool:
    """Return whether a file is empty, has several names, or is open in this process.

    If another file took its place, the program's open ``NamedTemporaryFile`` would never show it.
    A file that another process holds open for us is most often empty.
    """
    if not file.st_size or file.st_nlink > 1:
        return True
    with contextlib.suppress(OSError):  # Windows lists no descriptors
        for number in os.listdir("/dev/fd"):
            with contextlib.suppress(OSError):  # it was closed since, as the one of the listing
                if os.path.samestat(os.fstat(int(number)), file):
                    return True
    return False


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """Yield a path to write to; at the end what is there replaces the content of ``path``."""
    before = _status(path)
    is_file = before is None or stat.S_ISREG(before.st_mode)
    final = os.path.realpath(path) if is_file and not _OPEN_FILE.fullmatch(path) else ""
    if final and before is not None and not os.access(final, os.W_OK):
        raise PermissionError(f"{final!r} is read-only")
    is_kept = before is not None and _is_held(before)
    if final and not is_kept and os.access(os.path.dirname(final), os.W_OK):
        with atomic_files.replaced(final, os.path.splitext(path)[1]) as part:
            yield part
        return
    if final and not os.path.isdir(os.path.dirname(final)):
        raise FileNotFoundError(f"the folder {os.path.dirname(final)!r} does not exist")
    with tempfile.TemporaryDirectory() as folder:
        part = os.path.join(folder, f"file{os.path.splitext(path)[1]}")
        yield part
        if final and before is not None:
            size = os.path.getsize(part)
            with open(part, "rb") as complete, _with_room(final, size) as target:
                shutil.copyfileobj(complete, target, 1 << 20)
                target.truncate(size)
            return
        with interrupts.allowed(), open(part, "rb") as complete, _opened(path) as target:
            shutil.copyfileobj(complete, target, 1 << 20)


def _with_room(path: str, size: int) -> BinaryIO:
    """Open an existing file for writing from its beginning, with room for ``size`` bytes.

    This is for a folder in which no new file can be made.

    Raises:
        OSError: there is no room; the file is as it was.
    """
    file = open(path, "r+b")  # noqa: SIM115 - the caller closes it
    before = os.path.getsize(path)
    if hasattr(os, "posix_fallocate") and size > before:
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            os.ftruncate(file.fileno(), before)
            file.close()
            raise
    return file


def _opened(path: str) -> BinaryIO:
    """Open for writing what is no regular file.

    A descriptor that the process already has is written to at its position.
    """
    number = _OPEN_FILE.fullmatch(path)
    if number is None:
        return open(path, "wb")
    return os.fdopen(os.dup(_NUMBERS.get(path) or int(number[1])), "wb")


def deliver(file: Any, data: bytes) -> None:
    """Write all bytes to a file object, which may take fewer at a time than it gets.

    Raises:
        BackendError: ``write`` returns what is no number of bytes, or again and again takes none.
    """
    rest, idle, step = memoryview(data), 0, len(data)
    while len(rest):
        given = data if len(rest) == len(data) <= step else bytes(rest[:step])
        with interrupts.allowed():
            taken = file.write(given)
        if taken is None:
            # an object that is no raw file has taken everything; a raw one nothing
            taken = 0 if isinstance(file, io.RawIOBase) else len(given)
        with contextlib.suppress(TypeError):
            taken = operator.index(taken)
        if not isinstance(taken, int) or not 0 <= taken <= len(given):
            raise BackendError(
                f"{describe(file)}.write() gave {taken!r}, "
                f"and took {len(data) - len(rest)} of {len(data)} bytes before"
            )
        idle = 0 if taken else idle + 1
        if idle:
            time.sleep(_PAUSE)
        if idle == _IDLE:
            raise BackendError(
                f"{describe(file)}.write() takes nothing: {len(rest)} of {len(data)} bytes are left"
            )
        rest = rest[taken:]
        # one that takes little at a time is not given all that is left each time
        step = max(_LEAST_STEP, 2 * taken)


@contextlib.contextmanager
def writing(uri: Any) -> Iterator[Any]:
    """Yield a path with the extension of ``uri``, or a ``BytesIO``, for an encoder to write to.

    At the end of the block the target gets what is there, unless an error was raised.

    Raises:
        OSError: the target's folder is missing, or the target cannot be written.
    """
    if is_writable(uri):
        held = io.BytesIO()
        yield held
        deliver(uri, held.getvalue())
        return
    with _beside(os.fsdecode(uri)) as part:
        yield part
