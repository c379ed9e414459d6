"""Say why no backend can read a path, and what to do if a backend does not know the format."""

import os
from typing import Any

from dispatcher import errors

_DOCTOR = "`python -m compat.doctor FILE` tells what it is"
_OBJECT = "`seek(0)` first if it was read or written before: an object is read from where it stands"
_NAMELESS = "Some formats are known by their names only: pass format='sbc', for example"
_LEAVE_OUT = "; a path is taken as it is written, so leave out file:// before it"
_ADDRESSES = ("http://", "https://", "s3://", "gs://", "hf://")


def cause(uri: Any) -> str:
    """Return why no backend can read a path; "" if unknown or if ``uri`` is not a path."""
    if not isinstance(uri, (str, bytes, os.PathLike)):
        return ""
    path = os.fsdecode(uri)
    if not path:
        return "the path is empty"
    if _address(path):
        return "it is an address, and no file"
    try:
        if not os.path.exists(path):
            return f"there is no such file{_LEAVE_OUT if begins_with_protocol(path) else ''}"
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


def begins_with_protocol(uri: Any) -> bool:
    """Return whether ``file:`` stands before a path, as FFmpeg's own commands take it."""
    return isinstance(uri, str) and uri.startswith("file:")


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
    why = cause(uri)
    if not why:
        return f"compat.load(..., backend='ffmpeg') reads more formats; {next_step(uri)}."
    return (
        "compat.load(..., backend='ffmpeg') reads those of http and https."
        if _address(os.fsdecode(uri))
        else ""
    )


def _address(path: str) -> bool:
    return path.startswith(_ADDRESSES)
