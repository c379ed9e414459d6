"""Compiled libraries that torchaudio's Python part asks its ``_extension._load_lib`` for when it needs them."""

from __future__ import annotations

from compat.operators import refused
from dispatcher.errors import OperatorError

_FLASHLIGHT = (
    "ctc_decoder needs flashlight-text: pip install flashlight-text. "
    "The copy of it that torchaudio 2.0 brought belongs to the compiled part, which does not load here."
)
UNAVAILABLE = {
    "libctc_prefix_decoder": refused.CUDA_DECODER,  # 2.1 to 2.10
    "torchaudio_prefixctc": refused.CUDA_DECODER,  # since 2.11
    "libflashlight-text": _FLASHLIGHT,  # 2.0, where no flashlight is installed
}


def load(name: str) -> bool:
    """Return False, as ``_load_lib`` does of a library that is not there.

    Raises:
        OperatorError: (a RuntimeError) what the library is for cannot be served; the text says what can.
    """
    if name in UNAVAILABLE:
        raise OperatorError(UNAVAILABLE[name])
    return False
