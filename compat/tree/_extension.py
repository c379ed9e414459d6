"""``torchaudio._extension``: which of torchaudio's compiled parts are there.

A stand-in has none. A rescued torchaudio has those for which we have operators.
"""

from typing import Any

from compat.contents.submodule import Context, Lazy, Submodule
from compat.rescue import extension
from compat.tree._internal.module_utils import fail_with_message


def _failing(what: str) -> Any:
    """Return a decorator, as torchaudio has them: the decorated function raises when called."""
    return fail_with_message(f"needs {what} of a real torchaudio")


_IN_A_STANDIN = {
    "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
    "_IS_RIR_AVAILABLE": False,
    "_IS_ALIGN_AVAILABLE": False,
    "_IS_KALDI_AVAILABLE": False,
    "fail_if_no_rir": _failing("the room impulse response extension"),
    "fail_if_no_align": _failing("the forced alignment extension"),
    "fail_if_no_kaldi": _failing("the Kaldi extension"),
}


def names(context: Context) -> dict[str, Any]:
    """Return the flags that public code reads, and the decorators beside them."""

    def available(backend: str) -> bool:
        return context.registry.reason(backend) is None

    return {
        **(extension.served() if context.rescued else _IN_A_STANDIN),
        "torchaudio": context.host,
        "_SOX_INITIALIZED": Lazy(lambda: available("sox")),
        "_FFMPEG_INITIALIZED": Lazy(lambda: available("ffmpeg")),
        "fail_if_no_sox": Lazy(
            lambda: extension.unchanged if available("sox") else _failing("libsox")
        ),
        "fail_if_no_ffmpeg": extension.unchanged,
        "lazy_import_sox_ext": lambda: extension.NoExtension("libsox", available("sox")),
    }


SUBMODULE = Submodule(names, stands_in=True, works=lambda context: not context.rescued, merges=True)
