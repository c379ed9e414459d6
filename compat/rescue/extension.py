"""The names of ``torchaudio._extension`` when nothing compiled loads.

The rest of torchaudio reads these names at import, and binds what it finds: an operator, or a
Python loop that is a hundred times slower. So the operators of ``compat.operators`` count as
available. The extensions for libsox and FFmpeg do not: our modules replace those that use them.
"""

import types
from collections.abc import Callable
from typing import Any, TypeVar

from compat.operators.ops import refused
from dispatcher.errors import BackendError

_F = TypeVar("_F", bound=Callable[..., Any])


class NoExtension:
    """What the lazy importers of 2.2 and later return for a missing extension.

    Args:
        library: the library that the extension is for.
        is_served: whether our code does what the extension does; ``is_available()`` returns it.
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
            f"torchaudio's compiled extension for {self._library} does not load, so {name!r} is "
            "missing; call load, save, info or sox_effects of torchaudio-compat instead"
        )


def unchanged(function: _F) -> _F:
    """Return the function as it is.

    What it calls raises its own error, and the function can still be scripted.
    """
    return function


def served() -> dict[str, Any]:
    """Return which compiled parts our operators replace, by the names that every release reads."""
    return {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": True,
        "_IS_ALIGN_AVAILABLE": True,
        "_IS_RIR_AVAILABLE": True,
        "_IS_KALDI_AVAILABLE": False,
        "fail_if_no_align": unchanged,
        "fail_if_no_rir": unchanged,
        "fail_if_no_kaldi": unchanged,
        "_load_lib": refused.load_library,
        "_check_cuda_version": lambda: None,
    }


def while_importing(torchaudio: types.ModuleType | None) -> dict[str, Any]:
    """Return the names that torchaudio's own modules read at import."""
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
