"""Write a file beside its place, then put it there in one step: nobody ever reads a half of it.

Only an old file that must stay, because others hold it, gets the bytes of the new one. All files
are written this way: by our commands, by the codemod, and by the encoders of ``save``. So this
module needs nothing else of ours. A new file is locked while it is written: one without a lock was
left by a process that died, and is removed later by whoever writes into its folder.
"""

import contextlib
import errno
import os
import re
import shutil
import stat
import time
from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None  # type: ignore[assignment]

TEMPORARY = ".torchaudio-compat-"
_LITTER = re.compile(rf"{re.escape(TEMPORARY)}[0-9a-f]{{16}}(\..*)?")
# more bytes than any library holds back until it closes a file, which is when it hides a full disk
_ROOM = 1 << 16
_PAUSES = 20  # a folder is listed again after this many times the duration of the last listing
_MOST_FOLDERS = 1024
# a mount point; a file of another user in a sticky folder; on Windows, a file that is open
_STAYS = (errno.EBUSY, errno.EPERM, errno.EACCES)


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
def beside(path: str, suffix: str = "", mode: int = 0o666) -> Iterator[str]:
    """Yield the path of a new file in the folder of another; at the end, remove it if still there.

    It is empty and locked. Its name is chosen before it exists, so that cleaning up after Ctrl-C
    finds it. ``tempfile`` would ignore the umask.
    """
    folder = os.path.dirname(path)
    while True:
        part = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}{suffix}")
        try:
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
            with contextlib.ExitStack() as held:
                held.callback(os.close, descriptor)
                if not _lock(descriptor, wait=True):
                    held.close()  # Windows renames and removes no file that is open
                # another process may have removed it as left over before it was locked
                if os.path.exists(part):
                    yield part
                    return
        finally:
            with contextlib.suppress(OSError):
                os.unlink(part)


@contextlib.contextmanager
def replaced(path: str, suffix: str = "") -> Iterator[str]:
    """Yield a path to write to; put what is there in the place of ``path``, unless an error comes.

    ``path`` is a real one (``os.path.realpath``), so that no link is replaced. The new file gets
    the mode and the owner of the old one. An old file that must stay gets the new bytes.

    Raises:
        OSError: the new file cannot be written; the old one is left as it was.
    """
    before = os.stat(path) if os.path.exists(path) else None
    sweep(os.path.dirname(path))
    with beside(path, suffix) as part:
        yield part
        finish(part, before)
        if before is not None and _is_held(before):
            overwrite(part, path)
            return
        try:
            os.replace(part, path)
        except OSError as why:
            if before is None or why.errno not in _STAYS:
                raise
            overwrite(part, path)


def _is_held(file: os.stat_result) -> bool:
    """Return whether a file is empty, has several names, or is open for writing in this process.

    If another file took its place, the program's open ``NamedTemporaryFile`` would never show it.
    A file that another process holds open for us is most often empty. A thread that reads goes on
    with the old file.
    """
    if not file.st_size or file.st_nlink > 1:
        return True
    if fcntl is None or not os.path.isdir("/dev/fd"):
        return False
    for number in map(int, os.listdir("/dev/fd")):
        with contextlib.suppress(OSError):  # it was closed since, as the one of the listing
            is_writable = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
            if is_writable and os.path.samestat(os.fstat(number), file):
                return True
    return False


@contextlib.contextmanager
def _alone(folder: str) -> Iterator[None]:
    """Let threads and processes that overwrite files in a folder wait for each other.

    A lock on the file itself could be the caller's, who would wait for ever.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # Windows opens no folder
            descriptor = os.open(folder, os.O_RDONLY)
            held.callback(os.close, descriptor)
            if _lock(descriptor, wait=True):
                # a child that was forked meanwhile would keep the lock
                held.callback(fcntl.flock, descriptor, fcntl.LOCK_UN)
        yield


def overwrite(part: str, path: str) -> None:
    """Copy the content of one file into another, after making room for it.

    Raises:
        OSError: there is no room, and the file is as it was; or it cannot be written.
    """
    with (
        _alone(os.path.dirname(path)),
        open(part, "rb") as complete,
        open(path, "r+b") as file,
    ):
        size, before = os.path.getsize(part), os.path.getsize(path)
        if hasattr(os, "posix_fallocate") and size > before:
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except OSError:
                os.ftruncate(file.fileno(), before)
                raise
        shutil.copyfileobj(complete, file, 1 << 20)
        file.truncate(size)


def finish(path: str, before: os.stat_result | None) -> None:
    """Flush a complete file to the disk, and give it the mode and owner of the one before it.

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
    if before is None:
        return
    os.chmod(path, stat.S_IMODE(before.st_mode))
    # only root can give files away; for others it is their own file already
    if hasattr(os, "chown") and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
        with contextlib.suppress(PermissionError):
            os.chown(path, before.st_uid, before.st_gid)


_swept: dict[str, tuple[int, float]] = {}  # by folder: the process, and when it lists it again


def sweep(folder: str) -> None:
    """Remove what dead processes left in a folder, but not so often that it costs much time.

    Listing a large folder costs more than saving a small file. So it is listed only as often as
    takes a twentieth of the time. On Windows ``clean`` could meet a file that is being written.
    """
    now = time.monotonic()
    process, again = _swept.get(folder, (0, 0.0))
    if fcntl is None or (process == os.getpid() and now < again):
        return
    with contextlib.suppress(OSError):
        clean(folder)
        if len(_swept) >= _MOST_FOLDERS:
            _swept.clear()
        _swept[folder] = os.getpid(), now + _PAUSES * (time.monotonic() - now)


def clean(folder: str) -> None:
    """Remove what dead processes left in a folder.

    Raises:
        OSError: the folder cannot be listed.
    """
    for name in filter(_LITTER.fullmatch, os.listdir(folder)):
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError):
            if fcntl is None:
                os.unlink(path)
                continue
            with open(path, "r+b") as file:
                if _lock(file.fileno(), wait=False):
                    os.unlink(path)
