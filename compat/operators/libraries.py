"""Compiled libraries that torchaudio's Python part asks its ``_extension._load_lib`` for when it needs them."""

from __future__ import annotations

from dispatcher.errors import OperatorError

_CUDA_DECODER = (
    "cuda_ctc_decoder needs the CUDA code compiled into torchaudio, which does not load here, and nothing stands in for it. "
    "Use torchaudio.models.decoder.ctc_decoder on the CPU (pip install flashlight-text), "
    "or a torch for which there is a torchaudio that loads: python -m compat.doctor names one."
)
_FLASHLIGHT = (
    "ctc_decoder needs flashlight-text: pip install flashlight-text. "
    "The copy of it that torchaudio 2.0 brought belongs to the compiled part, which does not load here."
)
UNAVAILABLE = {
    "libctc_prefix_decoder": _CUDA_DECODER,  # 2.1 to 2.10
    "torchaudio_prefixctc": _CUDA_DECODER,  # since 2.11
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
