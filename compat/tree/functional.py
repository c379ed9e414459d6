"""``torchaudio.functional``: of a stand-in, ``resample`` only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compat import resampling
from compat.resampling import LOWPASS_FILTER_WIDTH, METHOD, ROLLOFF

if TYPE_CHECKING:
    import torch

    from compat.context import Context

STANDS_IN = True


def resample(
    waveform: torch.Tensor,
    orig_freq: int,
    new_freq: int,
    lowpass_filter_width: int = LOWPASS_FILTER_WIDTH,
    rolloff: float = ROLLOFF,
    resampling_method: str = METHOD,
    beta: float | None = None,
) -> torch.Tensor:
    """Resample ``[..., time]`` from ``orig_freq`` to ``new_freq``, both in Hz.

    Args:
        waveform: floating point samples.
        orig_freq: a whole number of Hz.
        new_freq: a whole number of Hz.
        lowpass_filter_width: zero crossings of the filter to each side; more is sharper and slower.
        rolloff: cut-off as a fraction of half the lower rate; less damps aliasing at the cost of the highest frequencies.
        resampling_method: ``"sinc_interp_hann"`` or ``"sinc_interp_kaiser"``; the names up to 2.0, ``"sinc_interpolation"`` and
            ``"kaiser_window"``, are taken too.
        beta: shape of the Kaiser window; more is smoother.

    Raises:
        ValueError, TypeError: rates that are not positive whole numbers, an unknown method, or integer samples.
    """
    orig, new = resampling.check_rates(orig_freq, new_freq)
    if orig == new:
        return waveform
    filters, reach = resampling.kernel(orig, new, lowpass_filter_width, rolloff, resampling_method, beta, waveform.device, waveform.dtype)
    return resampling.convolve(waveform, orig, new, filters, reach)


def names(context: Context) -> dict[str, Any]:
    """``resample``."""
    return {"resample": resample}
