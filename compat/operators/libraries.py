"""The compiled libraries that torchaudio loads only when it needs them.

Its Python part loads them by ``_extension._load_lib``.
"""

from __future__ import annotations

from compat.operators import refused
from dispatcher.errors import OperatorError

_FLASHLIGHT = (
    "ctc_decoder needs flashlight-text: pip install flashlight-text. "
    "torchaudio 2.0 contained a copy, but in its compiled part, which does not load here."
)
UNAVAILABLE = {
    "libctc_prefix_decoder": refused.CUDA_DECODER,  # 2.1 to 2.10
    "torchaudio_prefixctc": refused.CUDA_DECODER,  # since 2.11
    "libflashlight-text": _FLASHLIGHT,  # 2.0, where no flashlight is installed
}


def load(name: str) -> bool:
    """Return False, as ``_load_lib`` does for a missing library.

    Raises:
        OperatorError: (a RuntimeError) nothing replaces this library; the text says what to use.
    """
    if name in UNAVAILABLE:
        raise OperatorError(UNAVAILABLE[name])
    return False
