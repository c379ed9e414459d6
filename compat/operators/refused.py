"""The compiled parts of torchaudio that nothing replaces: for each, what to use instead."""

from __future__ import annotations

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

# by their names in the releases
BY_NAME = {
    "functional.compute_kaldi_pitch": KALDI_PITCH,
    "prototype.functional.ray_tracing": RAY_TRACING,
    "models.decoder.cuda_ctc_decoder": CUDA_DECODER,
}
