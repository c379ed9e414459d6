"""Replace a file's content in one step: a reader sees the old or the new one, never a part."""

import contextlib
import os
from collections.abc import Callable, Iterator

from compat.codemod.files.content import read
from dispatcher import atomic_files

_CHANGED = "another program changed it in the meantime"


class ChangedError(Exception):
    """A file that changed since it was read."""


def obstacle(path: str, old: bytes) -> str | None:
    """Return why a file cannot be replaced now; ``None`` if it can."""
    try:
        real = os.path.realpath(path, strict=True)
        if not os.access(real, os.W_OK):
            return "the file is read-only"
        if not os.access(os.path.dirname(real), os.W_OK):
            return "its folder is read-only"
        return None if read(real) == old else _CHANGED
    except OSError as why:
        return why.strerror or str(why)


@contextlib.contextmanager
def staged(path: str, new: bytes) -> Iterator[Callable[[bytes], None]]:
    """Write ``new`` beside a file; yield a function that puts it in place.

    That function takes the old content and first checks that the file still has it. Symbolic links
    are followed, mode and ownership kept. A new content that was not put in place is removed at the
    end.

    Raises:
        ChangedError: from that function: the file has another content by now; it is left as it is.
        OSError: it cannot be written; the file is left as it is.
    """
    real = os.path.realpath(path, strict=True)
    state = os.stat(real)
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "the file is read-only", path)
    with atomic_files.beside(real, mode=0o600) as temporary:

        def put(old: bytes) -> None:
            if read(real) != old:
                raise ChangedError(_CHANGED)
            os.replace(temporary, real)

        with open(temporary, "wb") as file:
            file.write(new)
        atomic_files.finish(temporary, state)
        yield put


def private(path: str, flags: int) -> int:
    """Open a file that nobody else may read."""
    return os.open(path, flags, 0o600)
