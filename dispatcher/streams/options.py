"""Find options that FFmpeg does not know.

FFmpeg ignores them when it opens a source, and PyAV does not tell. So this asks FFmpeg's libraries,
the copies that PyAV has loaded. If they are not found, no option is refused.
"""

from __future__ import annotations

import ctypes
import functools
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from dispatcher.errors import BackendError
from dispatcher.lazily import av

# flags of av_opt_find: search demuxers and protocols too, and accept a class in place of an object
_SEARCH_CHILDREN, _SEARCH_FAKE_OBJECT = 1, 2
_FOLDERS = ("../av.libs", ".dylibs", "../../../../lib", "../../bin")


def _library(name: str) -> ctypes.CDLL | None:
    """Open a library of FFmpeg from PyAV's wheel, which is loaded already."""
    home = pathlib.Path(av.__file__).parent
    for folder in _FOLDERS:
        for path in sorted((home / folder).glob(f"*{name}*")):
            try:
                return ctypes.CDLL(str(path))
            except OSError:
                continue
    return None


@functools.cache
def _finder() -> tuple[ctypes.CDLL, ctypes.CDLL] | None:
    """Return the two libraries with their functions declared, or ``None``."""
    formats, basics = _library("avformat"), _library("avutil")
    if formats is None or basics is None:
        return None
    try:
        formats.avformat_get_class.restype = ctypes.c_void_p
        basics.av_opt_find.restype = ctypes.c_void_p
        basics.av_opt_find.argtypes = (
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_int,
        )
    except AttributeError:
        return None
    return formats, basics


def unknown(names: Iterable[str]) -> list[str]:
    """Return the options that no container and no protocol of FFmpeg has."""
    found = _finder()
    if found is None:
        return []
    formats, basics = found
    kind = ctypes.c_void_p(formats.avformat_get_class())
    flags = _SEARCH_CHILDREN | _SEARCH_FAKE_OBJECT
    return [
        name
        for name in names
        if not basics.av_opt_find(ctypes.byref(kind), name.encode(), None, 0, flags)
    ]


def refuse_unused(what: str, context: Any, option: Mapping[str, str] | None) -> None:
    """Refuse options that an open encoder or decoder has left over, because it does not know them.

    Raises:
        BackendError: (a RuntimeError) the text names them.
    """
    unused = [name for name in context.options if name in (option or {})]
    if unused:
        raise BackendError(f"{what} has no option {', '.join(map(repr, unused))}")
