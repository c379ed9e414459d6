"""Write files safely: replace a target in one step by a complete file.

An encoder writes to a new file beside the target, which ``atomic_files`` puts in its place. A file
object, or a path that is no regular file (a pipe, ``/dev/stdout``), gets its bytes only when all of
them are there.
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


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """Yield a path to write to; at the end what is there replaces the content of ``path``."""
    before = _status(path)
    is_file = before is None or stat.S_ISREG(before.st_mode)
    final = os.path.realpath(path) if is_file and not _OPEN_FILE.fullmatch(path) else ""
    if final and before is not None and not os.access(final, os.W_OK):
        raise PermissionError(f"{final!r} is read-only")
    if final and os.access(os.path.dirname(final), os.W_OK):
        with atomic_files.replaced(final, os.path.splitext(path)[1]) as part:
            yield part
        return
    if final and not os.path.isdir(os.path.dirname(final)):
        raise FileNotFoundError(f"the folder {os.path.dirname(final)!r} does not exist")
    with tempfile.TemporaryDirectory() as folder:
        part = os.path.join(folder, f"file{os.path.splitext(path)[1]}")
        yield part
        if final and before is not None:
            atomic_files.overwrite(part, final)
            return
        with interrupts.allowed(), open(part, "rb") as complete, _opened(path) as target:
            shutil.copyfileobj(complete, target, 1 << 20)


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
