"""``torchaudio.transforms``: of a stand-in, ``Resample`` only."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from compat import resampling
from compat.lazy import Lazy
from compat.resampling import LOWPASS_FILTER_WIDTH, METHOD, ROLLOFF

if TYPE_CHECKING:
    import torch

    from compat.context import Context

STANDS_IN = True


@functools.cache
def _resample_class(module: str) -> type:
    """The class, made late because its base needs torch."""
    import torch

    class Resample(torch.nn.Module):
        """Resample ``[..., time]`` from one rate to another, with filters computed once.

        Args:
            orig_freq: a whole number of Hz.
            new_freq: a whole number of Hz.
            resampling_method: ``"sinc_interp_hann"`` or ``"sinc_interp_kaiser"``.
            lowpass_filter_width: zero crossings of the filter to each side.
            rolloff: cut-off as a fraction of half the lower rate.
            beta: shape of the Kaiser window.
            dtype: precision of the filters; by default computed in float64 and kept in float32.

        Raises:
            ValueError, TypeError: rates that are not positive whole numbers, or an unknown method.
        """

        def __init__(
            self,
            orig_freq: int = 16000,
            new_freq: int = 16000,
            resampling_method: str = METHOD,
            lowpass_filter_width: int = LOWPASS_FILTER_WIDTH,
            rolloff: float = ROLLOFF,
            beta: float | None = None,
            *,
            dtype: torch.dtype | None = None,
        ) -> None:
            super().__init__()
            self.orig_freq, self.new_freq, self.resampling_method = orig_freq, new_freq, resampling_method
            self.lowpass_filter_width, self.rolloff, self.beta = lowpass_filter_width, rolloff, beta
            self._orig, self._new = resampling.check_rates(orig_freq, new_freq)
            if self._orig != self._new:
                filters, self.width = resampling.kernel(
                    self._orig, self._new, lowpass_filter_width, rolloff, resampling_method, beta, dtype=dtype
                )
                self.register_buffer("kernel", filters)

        def forward(self, waveform: torch.Tensor) -> torch.Tensor:
            """The waveform at the new rate, ``[..., ceil(time * new_freq / orig_freq)]``."""
            if self._orig == self._new:
                return waveform
            return resampling.convolve(waveform, self._orig, self._new, self.kernel, self.width)  # type: ignore[arg-type]

    Resample.__module__, Resample.__qualname__ = module, "Resample"
    return Resample


def names(context: Context) -> dict[str, Any]:
    """``Resample``, made when it is first reached for."""
    return {"Resample": Lazy(functools.partial(_resample_class, f"{context.host.__name__}.transforms"))}
