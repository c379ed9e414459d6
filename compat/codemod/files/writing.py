"""Putting a new content in a file's place, so that whoever looks sees the old one or the new one and never a part."""

from __future__ import annotations

import contextlib
import os
import secrets


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
            return None if file.read() == old else "it was changed by somebody else meanwhile"
    except OSError as why:
        return why.strerror or str(why)


def replace(path: str, old: bytes, new: bytes) -> None:
    """Write ``new`` where ``old`` was read from; symbolic links are followed, mode and ownership kept.

    Raises:
        ChangedError: the file holds something else by now; it is left as it is.
        OSError: it cannot be written; it is left as it is.
    """
    real = os.path.realpath(path, strict=True)
    state = os.stat(real)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "the file is read-only", path)
    # Named before it is there: a Ctrl-C at any moment finds it below.
    temporary = os.path.join(os.path.dirname(real), f".torchaudio-compat-{os.getpid()}-{secrets.token_hex(8)}")
    try:
        with open(temporary, "xb", opener=_private) as file:
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError, AttributeError):
            os.chown(temporary, state.st_uid, state.st_gid)  # only root may give files away; else it is ours already
        os.chmod(temporary, state.st_mode & 0o7777)
        with open(real, "rb") as file:
            if file.read() != old:
                raise ChangedError("it was changed by somebody else meanwhile")  # noqa: TRY301 - the clean-up below is for it too
        os.replace(temporary, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
