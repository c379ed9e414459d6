"""Whether those compiled parts of a real torchaudio work that stand behind whole submodules: libsox and FFmpeg.

A torchaudio whose core loads may still lack them: releases 2.1 to 2.8 look for FFmpeg 4 to 6 and libsox on
the system, and import without a word where they find none.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from compat.context import Context

    Works = Callable[[Context], bool]
    """Says of one file of the tree whether a real torchaudio's own works."""


def sox_works(context: Context) -> bool:
    """Return whether a real torchaudio's extension for libsox is loaded, or loads when asked (2.2 and later)."""
    extension = _extension(context)
    lazy = getattr(extension, "lazy_import_sox_ext", None)
    return bool(lazy().is_available() if lazy else getattr(extension, "_SOX_INITIALIZED", False))


def ffmpeg_works(context: Context) -> bool:
    """Return whether a real torchaudio's extension for FFmpeg is loaded (2.0: a flag, 2.1: the module), or that of torio."""
    extension = _extension(context)
    if getattr(extension, "_FFMPEG_INITIALIZED", False) or getattr(extension, "_FFMPEG_EXT", None) is not None:
        return True
    try:
        torio = importlib.import_module("torio._extension")
    except ImportError:
        return False
    return bool(torio.lazy_import_ffmpeg_ext().is_available())


def _extension(context: Context) -> Any:
    """Return the real module that loads what was compiled; of a rescued torchaudio nothing is there."""
    if context.rescued:
        return None
    try:
        return importlib.import_module(f"{context.host.__name__}._extension")
    except ImportError:
        return None
