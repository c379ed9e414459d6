"""``torchaudio._extension``: which of torchaudio's compiled parts are there. In a stand-in, none are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compat.lazy import Lazy
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True


def _failing(what: str) -> Callable[[Any], Any]:
    """A decorator as torchaudio has them: the function it is put on raises when called."""

    def decorate(function: Any) -> Any:
        def fail(*args: Any, **kwargs: Any) -> Any:
            raise BackendError(f"{getattr(function, '__name__', 'this')} needs {what} of a real torchaudio")

        return fail

    return decorate


def names(context: Context) -> dict[str, Any]:
    """The flags that public code asks, and the decorators beside them."""

    def works(backend: str) -> bool:
        return context.registry.reason(backend) is None

    def unchanged(function: Any) -> Any:
        return function

    return {
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_RIR_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "_IS_KALDI_AVAILABLE": False,
        "_SOX_INITIALIZED": Lazy(lambda: works("sox")),
        "_FFMPEG_INITIALIZED": Lazy(lambda: works("ffmpeg")),
        "fail_if_no_sox": Lazy(lambda: unchanged if works("sox") else _failing("libsox")),
        "fail_if_no_ffmpeg": unchanged,
        "fail_if_no_rir": _failing("the room impulse response extension"),
        "fail_if_no_align": _failing("the forced alignment extension"),
        "fail_if_no_kaldi": _failing("the Kaldi extension"),
    }
