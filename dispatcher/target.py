"""Writing so that nothing is lost: a target is replaced in one step, by a file that is complete.

An encoder writes to a new file beside the target, which is then renamed over it with the target's own mode. A file object
gets its bytes at once, when all of them are there. What is no regular file (a pipe, ``/dev/stdout``) gets them likewise.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from typing import Any

from dispatcher.backend import is_writable


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _new_file(folder: str, suffix: str) -> str:
    """An empty file with the mode that the process' umask gives, which ``tempfile`` would not honour."""
    while True:
        path = os.path.join(folder, f".{secrets.token_hex(8)}.part{suffix}")
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return path


@contextlib.contextmanager
def _beside(path: str) -> Iterator[str]:
    """A path to write to; afterwards it takes the place of ``path``, unless an error came through."""
    before = _status(path)
    final = os.path.realpath(path) if before is None or stat.S_ISREG(before.st_mode) else ""
    suffix = os.path.splitext(path)[1]
    if final and os.access(os.path.dirname(final), os.W_OK):
        if before is not None and not os.access(final, os.W_OK):
            raise PermissionError(f"{final!r} is read-only")
        part = _new_file(os.path.dirname(final), suffix)
        try:
            yield part
            if before is not None:
                os.chmod(part, stat.S_IMODE(before.st_mode))
                if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                    with contextlib.suppress(PermissionError):
                        os.chown(part, before.st_uid, before.st_gid)
            os.replace(part, final)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
            raise
        return
    if final and not os.path.isdir(os.path.dirname(final)):
        raise FileNotFoundError(f"the folder {os.path.dirname(final)!r} does not exist")
    with tempfile.TemporaryDirectory() as folder:
        part = _new_file(folder, suffix)
        yield part
        with open(part, "rb") as complete, open(path, "wb") as target:
            shutil.copyfileobj(complete, target, 1 << 20)


def deliver(file: Any, data: bytes) -> None:
    """Write all of some bytes to a file object, which may take fewer at a time than it is given."""
    rest = memoryview(data)
    while len(rest):
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
