"""Band-limited resampling by a windowed sinc: what ``transforms.Resample`` and ``functional.resample`` compute.

For the ratio of ``orig`` to ``new``, divided by their greatest common divisor, the output has ``new`` phases. Each is a
filter of its own: a sinc, cut off below half of the lower rate, under a window of ``lowpass_filter_width`` zero crossings
to each side. All phases together are one strided convolution.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from dispatcher.errors import ArgumentError, ArgumentTypeError

if TYPE_CHECKING:
    import torch

# the names up to 2.0 and those after it
_METHODS = {
    "sinc_interp_hann": "hann", "sinc_interp_kaiser": "kaiser", "sinc_interpolation": "hann", "kaiser_window": "kaiser",
}  # fmt: skip
METHOD = "sinc_interp_hann"
LOWPASS_FILTER_WIDTH = 6
ROLLOFF = 0.99
KAISER_BETA = 14.769656459379492


def check_rates(orig_freq: float, new_freq: float) -> tuple[int, int]:
    """Both rates over their greatest common divisor.

    Raises:
        TypeError: one is not a whole number of Hz.
        ValueError: one is not positive.
    """
    if int(orig_freq) != orig_freq or int(new_freq) != new_freq:
        raise ArgumentTypeError(f"resampling from {orig_freq} to {new_freq} Hz: both must be whole numbers; scale them until they are")
    if orig_freq <= 0 or new_freq <= 0:
        raise ArgumentError(f"resampling from {orig_freq} to {new_freq} Hz: both must be positive")
    divisor = math.gcd(int(orig_freq), int(new_freq))
    return int(orig_freq) // divisor, int(new_freq) // divisor


def kernel(
    orig: int,
    new: int,
    lowpass_filter_width: int = LOWPASS_FILTER_WIDTH,
    rolloff: float = ROLLOFF,
    resampling_method: str = METHOD,
    beta: float | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype | None = None,
) -> tuple[torch.Tensor, int]:
    """The filters of all phases, ``[phase, 1, tap]``, and how many input frames they reach to the left.

    Computed in float64, but for the phases, and given as float32, unless ``dtype`` says otherwise.

    Raises:
        ValueError: an unknown method, or a width that is not positive.
    """
    import torch

    window = _METHODS.get(resampling_method)
    if window is None:
        raise ArgumentError(f"resampling_method={resampling_method!r} is none of {', '.join(map(repr, _METHODS))}")
    if lowpass_filter_width <= 0:
        raise ArgumentError(f"lowpass_filter_width={lowpass_filter_width} must be positive")
    cutoff = min(orig, new) * rolloff
    reach = math.ceil(lowpass_filter_width * orig / cutoff)
    precision = dtype or torch.float64
    taps = torch.arange(-reach, reach + orig, dtype=precision, device=device) / orig
    # without a dtype torchaudio divides whole numbers, which gives float32: a rounding that models were trained with
    phases = torch.arange(0, -new, -1, dtype=dtype, device=device)[:, None, None] / new
    crossings = ((phases + taps) * cutoff).clamp(-lowpass_filter_width, lowpass_filter_width)
    if window == "hann":
        weight = torch.cos(crossings * math.pi / lowpass_filter_width / 2) ** 2
    else:
        steepness = torch.tensor(float(KAISER_BETA if beta is None else beta), dtype=precision, device=device)
        weight = torch.i0(steepness * torch.sqrt(1 - (crossings / lowpass_filter_width) ** 2)) / torch.i0(steepness)
    angle = crossings * math.pi
    sinc = torch.where(angle == 0, torch.ones_like(angle), angle.sin() / angle)
    filters = sinc * weight * (cutoff / orig)
    return (filters if dtype is not None else filters.to(torch.float32)), reach


def convolve(waveform: torch.Tensor, orig: int, new: int, filters: torch.Tensor, reach: int) -> torch.Tensor:
    """Resample ``[..., time]`` by ready filters; ``ceil(new * time / orig)`` frames come out.

    Raises:
        TypeError: the waveform is not of floating point.
    """
    import torch

    if not waveform.is_floating_point():
        raise ArgumentTypeError(f"resampling needs floating point samples, not {waveform.dtype}")
    shape = waveform.shape
    flat = waveform.reshape(-1, shape[-1])
    padded = torch.nn.functional.pad(flat, (reach, reach + orig))
    phases = torch.nn.functional.conv1d(padded[:, None], filters, stride=orig)
    frames = math.ceil(new * shape[-1] / orig)
    return phases.transpose(1, 2).reshape(flat.shape[0], -1)[..., :frames].view(*shape[:-1], -1)
