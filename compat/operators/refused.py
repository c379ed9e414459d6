"""The compiled parts of torchaudio that nothing replaces: for each, what to use instead."""

from __future__ import annotations

from dispatcher.errors import OperatorError

KALDI_PITCH = (
    "compute_kaldi_pitch: only torchaudio 2.0 contained Kaldi's pitch tracker, in its compiled "
    "part, and nothing here replaces it. torchaudio.functional.detect_pitch_frequency finds pitch "
    "by another method; models trained on Kaldi's pitch need Kaldi itself."
)
RAY_TRACING = (
    "ray_tracing: the ray tracer was a compiled prototype in torchaudio 2.2 to 2.8, and nothing "
    "here replaces it. Use pyroomacoustics, its model (pip install pyroomacoustics), or "
    "simulate_rir_ism, which works here."
)
CUDA_DECODER = (
    "cuda_ctc_decoder needs torchaudio's compiled CUDA code, which does not load here, and nothing "
    "here replaces it. Use torchaudio.models.decoder.ctc_decoder on the CPU (pip install "
    "flashlight-text), or install a torch and torchaudio that match: `python -m compat.doctor` "
    "names them."
)
_FLASHLIGHT = (
    "ctc_decoder needs flashlight-text: pip install flashlight-text. "
    "torchaudio 2.0 contained a copy, but in its compiled part, which does not load here."
)

# by their names in the releases
BY_NAME = {
    "functional.compute_kaldi_pitch": KALDI_PITCH,
    "prototype.functional.ray_tracing": RAY_TRACING,
    "models.decoder.cuda_ctc_decoder": CUDA_DECODER,
}
# by the names of libraries that torchaudio loads only when it needs them
_BY_LIBRARY = {
    "libctc_prefix_decoder": CUDA_DECODER,  # 2.1 to 2.10
    "torchaudio_prefixctc": CUDA_DECODER,  # since 2.11
    "libflashlight-text": _FLASHLIGHT,  # 2.0, where no flashlight is installed
}


def load_library(name: str) -> bool:
    """Return False, as ``_load_lib`` does for a missing library.

    Raises:
        OperatorError: (a RuntimeError) nothing replaces this library; the text says what to use.
    """
    if name in _BY_LIBRARY:
        raise OperatorError(_BY_LIBRARY[name])
    return False
