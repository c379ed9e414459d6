"""Test whether a real torchaudio's compiled parts for libsox and FFmpeg work.

Whole submodules depend on each. They may be missing although torchaudio loads: releases 2.1 to 2.8
look for FFmpeg 4 to 6 and libsox on the system, and say nothing if they find none.
"""

import importlib
from typing import Any

from compat.contents.context import Context


def sox_works(context: Context) -> bool:
    """Return whether a real torchaudio's libsox extension is loaded, or can be (2.2 and later)."""
    extension = _extension(context)
    lazy = getattr(extension, "lazy_import_sox_ext", None)
    return bool(lazy().is_available() if lazy else getattr(extension, "_SOX_INITIALIZED", False))


def ffmpeg_works(context: Context) -> bool:
    """Return whether a real torchaudio's FFmpeg extension is loaded, or torio's can be.

    2.0 has a flag for it, 2.1 a module.
    """
    extension = _extension(context)
    if (
        getattr(extension, "_FFMPEG_INITIALIZED", False)
        or getattr(extension, "_FFMPEG_EXT", None) is not None
    ):
        return True
    try:
        torio = importlib.import_module("torio._extension")
    except ImportError:
        return False
    return bool(torio.lazy_import_ffmpeg_ext().is_available())


def _extension(context: Context) -> Any:
    """Return the real module that loads the compiled parts; ``None`` for a rescued torchaudio."""
    if context.rescued:
        return None
    try:
        return importlib.import_module(f"{context.host.__name__}._extension")
    except ImportError:
        return None
