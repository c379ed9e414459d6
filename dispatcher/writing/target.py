"""Write files safely: replace a target in one step by a complete file.

An encoder writes to a new file beside the target. That file is flushed to the disk, gets the
target's mode and is renamed over it. A file object, or a path that is no regular file (a pipe,
``/dev/stdout``), gets its bytes only when all of them are there. The new file is locked while it is
written: one without a lock was left by a process that died, and the next process that writes into
its folder removes it.
"""

from __future__ import annotations

import contextlib
import io
import operator
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from typing import Any, BinaryIO

from dispatcher import interrupts
from dispatcher.errors import BackendError, describe
from dispatcher.reading.file_objects import is_writable

try:
    import fcntl
except ImportError:  # Windows has no such locks: what dead processes leave stays there
    fcntl = None  # type: ignore[assignment]

_PART = ".torchaudio-compat-{}.part{}"
_LITTER = re.compile(r"\.torchaudio-compat-[0-9a-f]{16}\.part(\..*)?")
# more bytes than any library holds back until it closes a file, which is when it hides a full disk
_ROOM = 1 << 16
_LEAST_STEP = 4096  # bytes that an object is given at a time at least
_IDLE, _PAUSE = 100, 0.05  # how often an object may take nothing, and the seconds between
_PAUSES = 20  # a folder is listed again after this many times the duration of the last listing
_MOST_FOLDERS = 1024
_OPEN_FILE = re.compile(r"/dev/(?:stdout|stderr)|/(?:dev|proc/self)/fd/(\d+)")
_NUMBERS = {"/dev/stdout": 1, "/dev/stderr": 2}


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _lock(descriptor: int, *, wait: bool) -> bool:
    """Lock an open file until it is closed or its process ends; return whether that worked."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _new_file(folder: str, suffix: str) -> Iterator[str]:
    """Make an empty, locked file with the umask's mode, which ``tempfile`` would ignore."""
    while True:
        path = os.path.join(folder, _PART.format(secrets.token_hex(8), suffix))
        with contextlib.suppress(FileExistsError):
            held = contextlib.ExitStack()
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
            held.callback(os.close, descriptor)
            with held:
                if not _lock(descriptor, wait=True):
                    held.close()  # Windows renames and removes no file that is open
                # another process may have removed it as left over before it was locked
                if os.path.exists(path):
                    yield path
                    return


_swept: dict[str, tuple[int, float]] = {}  # by folder: the process, and when it lists it again


def sweep(folder: str) -> None:
    """Remove the files that dead processes left in a folder.

    Listing a large folder costs more than saving a small file. So it is listed only as often as
    takes a twentieth of the time.
    """
    if fcntl is None:
        return
    now = time.monotonic()
    with contextlib.suppress(OSError):
        if _swept.get(folder, (0, 0.0))[0] == os.getpid() and now < _swept[folder][1]:
            return
        for name in filter(_LITTER.fullmatch, os.listdir(folder)):
            with contextlib.suppress(OSError):
                path = os.path.join(folder, name)
                descriptor = os.open(path, os.O_RDWR)
                try:
                    if _lock(descriptor, wait=False):
                        os.unlink(path)
                finally:
                    os.close(descriptor)
        if len(_swept) >= _MOST_FOLDERS:
            _swept.clear()
        _swept[folder] = os.getpid(), now + _PAUSES * (time.monotonic() - now)


def _settle(path: str) -> None:
    """Flush a complete file to the disk, and fail if that fails.

    Libraries do not report errors when they close a file and write what they still held back.

    Raises:
        OSError: the disk is full or failed.
    """
    with open(path, "r+b") as file:
        descriptor, size = file.fileno(), os.path.getsize(path)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, size, _ROOM)
            os.ftruncate(descriptor, size)
        os.fsync(descriptor)


def _give(path: str, owner: os.stat_result) -> None:
    """Give a file the owner and group of another, if the system has owners and lets us."""
    if hasattr(os, "chown") and (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(path, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """Give a path to write to; at the end it replaces ``path``, unless an error was raised."""
    before = _status(path)
    final = os.path.realpath(path) if before is None or stat.S_ISREG(before.st_mode) else ""
    suffix = os.path.splitext(path)[1]
    if final and not _OPEN_FILE.fullmatch(path) and os.access(os.path.dirname(final), os.W_OK):
        if before is not None and not os.access(final, os.W_OK):
            raise PermissionError(f"{final!r} is read-only")
        sweep(os.path.dirname(final))
        with _new_file(os.path.dirname(final), suffix) as part:
            try:
                yield part
                _settle(part)
                if before is not None:
                    os.chmod(part, stat.S_IMODE(before.st_mode))
                    _give(part, before)
                os.replace(part, final)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part)
                raise
        return
    if final and not os.path.isdir(os.path.dirname(final)):
        raise FileNotFoundError(f"the folder {os.path.dirname(final)!r} does not exist")
    with tempfile.TemporaryDirectory() as folder:
        part = os.path.join(folder, f"file{suffix}")
        yield part
        if final and before is not None and not _OPEN_FILE.fullmatch(path):
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
    """Give the encoder a path with the extension of ``uri``, or a ``BytesIO``, to write to instead.

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
