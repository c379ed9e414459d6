"""Operators that nothing replaces: calling them raises an error that says what to use instead.

``torchaudio.functional.compute_kaldi_pitch``, only in 2.0, and
``torchaudio.prototype.functional.ray_tracing``, in 2.2 to 2.8.
"""

from __future__ import annotations

from typing import Any, NoReturn

from compat.operators import refused
from compat.operators.declaration import Kernel, Operator
from dispatcher.errors import OperatorError


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
        kernels=_refusing(refused.KALDI_PITCH),
        calls="functional.compute_kaldi_pitch",
        until="2.0",
    ),
    Operator(
        schema=(
            "ray_tracing(Tensor room, Tensor source, Tensor mic_array, int num_rays, "
            "Tensor absorption, Tensor scattering, float mic_radius, float sound_speed, "
            "float energy_thres, float time_thres, float hist_bin_size) -> Tensor"
        ),
        kernels=_refusing(refused.RAY_TRACING),
        calls="prototype.functional.ray_tracing",
        since="2.2",
        until="2.8",
    ),
)
