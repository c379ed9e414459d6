"""The compiled parts of torchaudio that nothing replaces: for each, what to use instead.

Calling one of their operators raises an error that says so: of
``torchaudio.functional.compute_kaldi_pitch``, only in 2.0, and
``torchaudio.prototype.functional.ray_tracing``, in 2.2 to 2.8.
"""

from typing import Any, NoReturn

from compat.operators.declaration import Kernel, Operator
from dispatcher.errors import OperatorError

_KALDI_PITCH = (
    "compute_kaldi_pitch: only torchaudio 2.0 contained Kaldi's pitch tracker, in its compiled "
    "part, and nothing here replaces it. torchaudio.functional.detect_pitch_frequency finds pitch "
    "by another method; models trained on Kaldi's pitch need Kaldi itself."
)
_RAY_TRACING = (
    "ray_tracing: the ray tracer was a compiled prototype in torchaudio 2.2 to 2.8, and nothing "
    "here replaces it. Use pyroomacoustics, its model (pip install pyroomacoustics), or "
    "simulate_rir_ism, which works here."
)
_CUDA_DECODER = (
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
    "functional.compute_kaldi_pitch": _KALDI_PITCH,
    "prototype.functional.ray_tracing": _RAY_TRACING,
    "models.decoder.cuda_ctc_decoder": _CUDA_DECODER,
}
# by the names of libraries that torchaudio loads only when it needs them
_BY_LIBRARY = {
    "libctc_prefix_decoder": _CUDA_DECODER,  # 2.1 to 2.10
    "torchaudio_prefixctc": _CUDA_DECODER,  # since 2.11
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


def _refusing(text: str) -> dict[str, Kernel]:
    def refuse(*_: Any) -> NoReturn:
        raise OperatorError(text)

    return {"CompositeImplicitAutograd": refuse}


OPERATORS = (
    Operator(
        schema=(
            "kaldi_ComputeKaldiPitch(Tensor wave, float sample_frequency, float frame_length, "
            "float frame_shift, float min_f0, float max_f0, float soft_min_f0, "
            "float penalty_factor, float lowpass_cutoff, float resample_frequency, "
            "float delta_pitch, float nccf_ballast, int lowpass_filter_width, "
            "int upsample_filter_width, int max_frames_latency, int frames_per_chunk, "
            "bool simulate_first_pass_online, int recompute_frame, bool snip_edges) -> Tensor"
        ),
        kernels=_refusing(_KALDI_PITCH),
        calls="functional.compute_kaldi_pitch",
        until="2.0",
    ),
    Operator(
        schema=(
            "ray_tracing(Tensor room, Tensor source, Tensor mic_array, int num_rays, "
            "Tensor absorption, Tensor scattering, float mic_radius, float sound_speed, "
            "float energy_thres, float time_thres, float hist_bin_size) -> Tensor"
        ),
        kernels=_refusing(_RAY_TRACING),
        calls="prototype.functional.ray_tracing",
        since="2.2",
        until="2.8",
    ),
)
