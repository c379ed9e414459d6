"""Writing so that nothing is lost: a target is replaced in one step, by a file that is complete.

An encoder writes to a new file beside the target, which is then flushed to the disk and renamed over it with the target's own
mode. A file object gets its bytes at once, when all of them are there. What is no regular file (a pipe, ``/dev/stdout``) gets
them likewise. The new file is locked while it is written: one that is found without a lock was left by a process that died, and
is removed by the next one that writes into its folder.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from dispatcher import interrupts
from dispatcher.backend import is_writable

try:
    import fcntl
except ImportError:  # Windows has no such locks; there, litter stays
    fcntl = None  # type: ignore[assignment]

_PART = ".torchaudio-compat-{}.part{}"
_LITTER = re.compile(r"\.torchaudio-compat-[0-9a-f]{16}\.part(\..*)?")
# more than any encoder's library keeps back until it closes a file, when it tells nobody that the disk is full
_ROOM = 1 << 16
_OPEN_FILE = re.compile(r"/dev/(?:stdout|stderr)|/(?:dev|proc/self)/fd/(\d+)")
_NUMBERS = {"/dev/stdout": 1, "/dev/stderr": 2}


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _lock(descriptor: int, *, wait: bool) -> bool:
    """Lock an open file until it is closed, or its process is gone; whether that could be done."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _new_file(folder: str, suffix: str) -> Iterator[str]:
    """An empty, locked file with the mode that the process' umask gives, which ``tempfile`` would not honour."""
    while True:
        path = os.path.join(folder, _PART.format(secrets.token_hex(8), suffix))
        with contextlib.suppress(FileExistsError):
            held = contextlib.ExitStack()
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
            held.callback(os.close, descriptor)
            with held:
                if not _lock(descriptor, wait=True):
                    held.close()  # Windows renames and removes no file that anybody has open
                # another process may have taken it for litter before the lock was there
                if os.path.exists(path):
                    yield path
                    return


@functools.lru_cache(maxsize=1024)
def sweep(folder: str) -> None:
    """Remove what processes that died have left in a folder; once in the life of this process."""
    if fcntl is None:
        return
    with contextlib.suppress(OSError):
        for name in filter(_LITTER.fullmatch, os.listdir(folder)):
            with contextlib.suppress(OSError):
                path = os.path.join(folder, name)
                descriptor = os.open(path, os.O_RDWR)
                try:
                    if _lock(descriptor, wait=False):
                        os.unlink(path)
                finally:
                    os.close(descriptor)


def _settle(path: str) -> None:
    """Have a complete file on the disk, or an error.

    Raises:
        OSError: the disk is full, or failed: libraries that flush what they held back as they close a file do not tell.
    """
    with open(path, "r+b") as file:
        descriptor, size = file.fileno(), os.path.getsize(path)
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, size, _ROOM)
            os.ftruncate(descriptor, size)
        os.fsync(descriptor)


def _give(path: str, owner: os.stat_result) -> None:
    """Give a file to another's owner, where the system has owners and lets us."""
    if hasattr(os, "chown") and (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(path, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """A path to write to; afterwards it takes the place of ``path``, unless an error came through."""
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
        with interrupts.allowed(), open(part, "rb") as complete, _opened(path) as target:
            shutil.copyfileobj(complete, target, 1 << 20)


def _opened(path: str) -> BinaryIO:
    """What is no file to be replaced, open for writing; what the process has open already is written to where it stands."""
    number = _OPEN_FILE.fullmatch(path)
    if number is None:
        return open(path, "wb")
    return os.fdopen(os.dup(_NUMBERS.get(path) or int(number[1])), "wb")


def deliver(file: Any, data: bytes) -> None:
    """Write all of some bytes to a file object, which may take fewer at a time than it is given."""
    rest = memoryview(data)
    while len(rest):
        with interrupts.allowed():
            taken = file.write(data if len(rest) == len(data) else bytes(rest))
        if not isinstance(taken, int):
            return
        rest = rest[taken:]


@contextlib.contextmanager
def writing(uri: Any) -> Iterator[Any]:
    """What an encoder is to write to in place of ``uri``: a path with the same extension, or a ``BytesIO``.

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
