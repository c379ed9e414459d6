"""The compiled parts of torchaudio that nothing replaces: for each, what to use instead."""

from __future__ import annotations

KALDI_PITCH = (
    "compute_kaldi_pitch: Kaldi's pitch tracker was compiled into torchaudio 2.0, left it with 2.1, and nothing stands in for it. "
    "torchaudio.functional.detect_pitch_frequency finds pitch by another method; models trained on Kaldi's pitch need Kaldi itself."
)
RAY_TRACING = (
    "ray_tracing: the ray tracer was compiled into torchaudio 2.2 to 2.8 as a prototype, and nothing stands in for it. "
    "Use pyroomacoustics, which it was made after (pip install pyroomacoustics), or simulate_rir_ism, which works here."
)
CUDA_DECODER = (
    "cuda_ctc_decoder needs the CUDA code compiled into torchaudio, which does not load here, and nothing stands in for it. "
    "Use torchaudio.models.decoder.ctc_decoder on the CPU (pip install flashlight-text), "
    "or a torch for which there is a torchaudio that loads: python -m compat.doctor names one."
)

# by their names in the releases
BY_NAME = {
    "functional.compute_kaldi_pitch": KALDI_PITCH,
    "prototype.functional.ray_tracing": RAY_TRACING,
    "models.decoder.cuda_ctc_decoder": CUDA_DECODER,
}
