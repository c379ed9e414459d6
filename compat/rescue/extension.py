"""What ``torchaudio._extension`` holds where nothing compiled loads.

The rest of torchaudio reads these names while it is imported, and binds what it finds: an operator,
or a Python loop that is a hundred times slower. So the operators of ``compat.operators`` count as
there, and the extensions for libsox and FFmpeg, whose modules give way to ours, as not there.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any, TypeVar

from compat.operators import libraries
from dispatcher.errors import BackendError

_F = TypeVar("_F", bound=Callable[..., Any])


class NoExtension:
    """What the lazy importers of 2.2 and later give for an extension that is not there.

    Args:
        library: the library that the extension is for.
        is_served: whether what the extension does is done by ours; ``is_available()`` gives it.
    """

    def __init__(self, library: str, is_served: bool = False) -> None:
        self._library, self._is_served = library, is_served

    def is_available(self) -> bool:
        """Return whether calls that need the library work."""
        return self._is_served

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise BackendError(
            f"torchaudio's extension for {self._library}, asked for {name!r}, is compiled and does not load; "
            "call load, save, info or sox_effects instead, which torchaudio-compat serves"
        )


def unchanged(function: _F) -> _F:
    """Return the function: what it calls says by itself what is not there, and it can still be scripted."""
    return function


def served() -> dict[str, Any]:
    """Return which compiled parts have operators of ours, by the names that every release asks for."""
    return {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": True,
        "_IS_ALIGN_AVAILABLE": True,
        "_IS_RIR_AVAILABLE": True,
        "_IS_KALDI_AVAILABLE": False,
        "fail_if_no_align": unchanged,
        "fail_if_no_rir": unchanged,
        "fail_if_no_kaldi": unchanged,
        "_load_lib": libraries.load,
        "_check_cuda_version": lambda: None,
    }


def while_importing(torchaudio: types.ModuleType | None) -> dict[str, Any]:
    """Return the names that torchaudio's own modules read at their import."""
    return {
        **served(),
        "torchaudio": torchaudio,
        "_SOX_INITIALIZED": False,
        "_FFMPEG_INITIALIZED": False,
        "_FFMPEG_EXT": None,
        "fail_if_no_sox": unchanged,
        "fail_if_no_ffmpeg": unchanged,
        "lazy_import_sox_ext": lambda: NoExtension("libsox"),
    }
