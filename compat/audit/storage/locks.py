"""Lock an open file on each system, until the process ends or the file is closed."""

import os
from typing import IO, Any

# On Windows nobody else can read locked bytes, so lock one beyond the end of any of our files.
_FAR_BYTE = (1 << 31) - 2


def lock(file: IO[bytes]) -> bool:
    """Lock a file without waiting; return ``False`` if another process holds it.

    Return ``True`` on a system without locks.
    """
    try:
        import fcntl
    except ImportError:
        return _on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _on_windows(file: IO[bytes]) -> bool:
    try:
        import msvcrt
    except ImportError:
        return True
    system: Any = msvcrt
    here = file.tell()
    file.seek(_FAR_BYTE, os.SEEK_SET)
    try:
        system.locking(file.fileno(), system.LK_NBLCK, 1)
    except OSError:
        return False
    finally:
        file.seek(here, os.SEEK_SET)
    return True
