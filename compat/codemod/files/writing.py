"""Putting a new content in a file's place, so that whoever looks sees the old one or the new one and never a part."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator

TEMPORARY = ".torchaudio-compat-"


class ChangedError(Exception):
    """The file is not any more what was read."""


def obstacle(path: str, old: bytes) -> str | None:
    """Why a file cannot be replaced now; ``None`` where nothing speaks against it."""
    try:
        real = os.path.realpath(path, strict=True)
        if not os.access(real, os.W_OK):
            return "the file is read-only"
        if not os.access(os.path.dirname(real), os.W_OK):
            return "its folder is read-only"
        with open(real, "rb") as file:
            return None if file.read() == old else "another program changed it in the meantime"
    except OSError as why:
        return why.strerror or str(why)


@contextlib.contextmanager
def staged(path: str, new: bytes) -> Iterator[Callable[[bytes], None]]:
    """Write ``new`` beside a file; gives what puts it in place, if the file still holds what it is given.

    Symbolic links are followed, mode and ownership kept. What was not put in place is removed at the end.

    Raises:
        ChangedError: in putting it in place: the file holds something else by now; it is left as it is.
        OSError: it cannot be written; the file is left as it is.
    """
    real = os.path.realpath(path, strict=True)
    state = os.stat(real)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "the file is read-only", path)
    # Named before it is there: a Ctrl-C at any moment finds it below.
    temporary = os.path.join(os.path.dirname(real), f"{TEMPORARY}{secrets.token_hex(8)}")

    def put(old: bytes) -> None:
        with open(real, "rb") as file:
            if file.read() != old:
                raise ChangedError("another program changed it in the meantime")
        os.replace(temporary, real)

    try:
        with open(temporary, "xb", opener=private) as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError, AttributeError):
            os.chown(temporary, state.st_uid, state.st_gid)  # only root may give files away; else it is ours already
        os.chmod(temporary, state.st_mode & 0o7777)
        yield put
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def replace(path: str, old: bytes, new: bytes) -> None:
    """Write ``new`` where ``old`` was read from; raises as ``staged`` does."""
    with staged(path, new) as put:
        put(old)


def private(path: str, flags: int) -> int:
    """Open a file that nobody else may read."""
    return os.open(path, flags, 0o600)
