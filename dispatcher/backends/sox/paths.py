"""Convert paths for libsox, which opens files through the C library."""

import os
import sys

from dispatcher.errors import BackendError


def for_libsox(path: str) -> bytes:
    """Encode a path for the C library: on Windows in the code page, elsewhere as Python does.

    Raises:
        BackendError: the code page lacks some of its letters.
    """
    if sys.platform != "win32":
        return os.fsencode(path)
    try:
        return path.encode("mbcs", "strict")
    except UnicodeEncodeError as why:
        letters = path[why.start : why.end]
        raise BackendError(
            f"libsox opens a file on Windows by this machine's code page, which has no {letters!r}."
            ' Rename the file, or use backend="ffmpeg" or backend="soundfile"'
        ) from why


def of_libsox(path: bytes) -> str:
    """Decode a path that libsox keeps."""
    return os.fsdecode(path) if sys.platform != "win32" else path.decode("mbcs", "replace")
