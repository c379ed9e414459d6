"""Say why no backend can read a path, and what to do if a backend does not know the format."""

import os
from typing import Any

from dispatcher import errors
from dispatcher.reading import web

_DOCTOR = "`python -m compat.doctor FILE` tells what it is"
_OBJECT = "`seek(0)` first if it was read or written before: an object is read from where it stands"
_NAMELESS = "Some formats are known by their names only: pass format='sbc', for example"
_LEAVE_OUT = "; a path is taken as it is written, so leave out file:// before it"
_STORES = ("s3://", "gs://", "hf://")


def cause(uri: Any) -> str:
    """Return why no backend can read a path; "" if unknown or if ``uri`` is not a path."""
    if not isinstance(uri, (str, bytes, os.PathLike)):
        return ""
    path = os.fsdecode(uri)
    if not path:
        return "the path is empty"
    if _is_address(path):
        return "it is an address, and no file"
    try:
        if not os.path.exists(path):
            return f"there is no such file{_LEAVE_OUT if path.startswith('file:') else ''}"
        if os.path.isdir(path):
            return "it is a folder"
        if os.path.isfile(path) and not os.path.getsize(path):
            return "it is empty"
        return "" if os.access(path, os.R_OK) else "you may not read it"
    except (OSError, ValueError):
        return ""


def of_file(path: str) -> str:
    """Return the same of a file that is read several times.

    A pipe or a device is refused, since it may never end.
    """
    return cause(path) or ("" if os.path.isfile(path) else "it is not a regular file")


def next_step(uri: Any, *, by_name: bool = False) -> str:
    """Return the next step if a library does not know the format, without a full stop.

    ``by_name`` tells that the function has a ``format=`` for a format that the content does not
    tell.
    """
    if isinstance(errors.original(uri), (str, bytes, os.PathLike)):
        return _DOCTOR
    return f"{_OBJECT}. {_NAMELESS}" if by_name else _OBJECT


def other_backend(uri: Any) -> str:
    """Return the next step for a backend with fewer formats than FFmpeg; "" if that cannot help."""
    if not cause(uri):
        return f"compat.load(..., backend='ffmpeg') reads more formats; {next_step(uri)}."
    if web.is_address(os.fsdecode(uri)):
        return "compat.load(..., backend='ffmpeg') reads those of http and https."
    is_address = _is_address(os.fsdecode(uri))
    return "Download it, or pass a file object, such as fsspec.open() gives." if is_address else ""


def told(uri: Any, hint: str) -> tuple[str, str]:
    """Return the cause that FFmpeg does not tell, or "", and the next step, by default ``hint``."""
    found = "" if web.is_address(uri) else cause(uri)
    return found, other_backend(uri) if found else hint


def _is_address(path: str) -> bool:
    return web.is_address(path) or path.startswith(_STORES)
