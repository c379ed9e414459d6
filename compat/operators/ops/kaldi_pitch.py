"""Kaldi's pitch tracker, ``torchaudio.functional.compute_kaldi_pitch``, only in 2.0: refused."""

from __future__ import annotations

from typing import Any, NoReturn

from compat.operators import refused
from compat.operators.declaration import Operator
from dispatcher.errors import OperatorError


def _refuse(*_: Any) -> NoReturn:
    """Raise the error that says that nothing replaces Kaldi's C++ code."""
    raise OperatorError(refused.KALDI_PITCH)


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
        kernels={"CompositeImplicitAutograd": _refuse},
        calls="functional.compute_kaldi_pitch",
        until="2.0",
    ),
)
