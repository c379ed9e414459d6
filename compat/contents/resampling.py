"""Resample with a band limit, by a windowed sinc, as torchaudio's ``Resample`` and ``resample`` do.

Divide ``orig`` and ``new`` by their greatest common divisor: the output then has ``new`` phases.
Each phase has its own filter: a sinc, cut off below half of the lower rate, under a window of
``lowpass_filter_width`` zero crossings to each side. One strided convolution computes all phases.

TorchScript compiles all of this and limits the module: annotations are evaluated, no value is
global, and torch is imported at the top. So ``compat.tree`` imports this module only when one of
its names is used.
"""

import math
import warnings
from typing import Any, Optional

import torch

from dispatcher import notices
from dispatcher.errors import ArgumentError, ArgumentTypeError


def check_rates(orig_freq: int, new_freq: int) -> tuple[int, int]:
    """Return both rates divided by their greatest common divisor.

    Raises:
        TypeError: one is not a whole number of Hz.
        ValueError: one is not positive.
    """
    if int(orig_freq) != orig_freq or int(new_freq) != new_freq:
        raise ArgumentTypeError(
            f"resampling from {orig_freq} to {new_freq} Hz: both must be whole numbers; multiply "
            "both until they are"
        )
    if orig_freq <= 0 or new_freq <= 0:
        raise ArgumentError(f"resampling from {orig_freq} to {new_freq} Hz: both must be positive")
    divisor = math.gcd(int(orig_freq), int(new_freq))
    return int(orig_freq) // divisor, int(new_freq) // divisor


def _warn_of_old_method(name: str) -> None:
    text = (
        f"resampling_method='{name}' is a name from before torchaudio 2.0. Since 2.0 it gives "
        "'sinc_interp_kaiser': write that for the same samples."
    )
    if name == "sinc_interpolation":
        text += " Up to 0.13 it gave 'sinc_interp_hann'."
    if torch.jit.is_scripting():  # type: ignore[attr-defined]
        warnings.warn(text)  # noqa: B028 - TorchScript finds the line itself
    else:
        notices.warn(text)


def kernel(
    orig: int,
    new: int,
    lowpass_filter_width: int = 6,
    rolloff: float = 0.99,
    resampling_method: str = "sinc_interp_hann",
    beta: Optional[float] = None,  # noqa: UP045 - torch 2.0 scripts no |
    device: torch.device = torch.device("cpu"),  # noqa: B008 - a constant, as TorchScript needs
    dtype: Optional[torch.dtype] = None,  # noqa: UP045
) -> tuple[torch.Tensor, int]:
    """Return the filters of all phases, ``[phase, 1, tap]``, and their reach to the left in frames.

    Computed in float64 except for the phases, and returned as float32, unless ``dtype`` is given.

    Raises:
        ValueError: an unknown method, or a width that is not positive.
    """
    hann = resampling_method == "sinc_interp_hann"
    # Every release from 2.0 on takes the Kaiser window for both names from before 2.0, although
    # "sinc_interpolation" meant the Hann window until then.
    old = resampling_method in ("sinc_interpolation", "kaiser_window")
    if old:
        _warn_of_old_method(resampling_method)
    if not hann and not old and resampling_method != "sinc_interp_kaiser":
        raise ArgumentError(
            f"resampling_method='{resampling_method}' is none of "
            "'sinc_interp_hann', 'sinc_interp_kaiser', 'sinc_interpolation', 'kaiser_window'"
        )
    if lowpass_filter_width <= 0:
        raise ArgumentError(f"lowpass_filter_width={lowpass_filter_width} must be positive")
    cutoff = min(orig, new) * rolloff
    reach = math.ceil(lowpass_filter_width * orig / cutoff)
    precision = torch.float64 if dtype is None else dtype
    taps = torch.arange(-reach, reach + orig, dtype=precision, device=device) / orig
    # Without a dtype torchaudio divides integers, which gives float32. Models were trained with
    # this rounding.
    phases = torch.arange(0, -new, -1, dtype=dtype, device=device)[:, None, None] / new
    crossings = ((phases + taps) * cutoff).clamp(-lowpass_filter_width, lowpass_filter_width)
    if hann:
        weight = torch.cos(crossings * math.pi / lowpass_filter_width / 2) ** 2
    else:
        # float32 whatever the precision of the rest, as in torchaudio
        steepness = torch.tensor(14.769656459379492 if beta is None else float(beta))
        weight = torch.i0(
            steepness * torch.sqrt(1 - (crossings / lowpass_filter_width) ** 2)
        ) / torch.i0(steepness)
    angle = crossings * math.pi
    sinc = torch.where(angle == 0, torch.ones_like(angle), angle.sin() / angle)
    filters = sinc * (weight * (cutoff / orig))  # in torchaudio's order, to the last bit
    return (filters if dtype is not None else filters.to(torch.float32)), reach


def convolve(
    waveform: torch.Tensor, orig: int, new: int, filters: torch.Tensor, reach: int
) -> torch.Tensor:
    """Resample ``[..., time]`` by ready filters; the result has ``ceil(new * time / orig)`` frames.

    Raises:
        TypeError: the waveform is not of floating point.
    """
    if not waveform.is_floating_point():
        raise ArgumentTypeError(f"resampling needs floating point samples, not {waveform.dtype}")
    shape = list(waveform.size())
    flat = waveform.reshape(-1, shape[-1])
    padded = torch.nn.functional.pad(flat, (reach, reach + orig))
    phases = torch.nn.functional.conv1d(padded[:, None], filters, stride=orig)
    frames = -(-new * shape[-1] // orig)
    return phases.transpose(1, 2).flatten(1)[:, :frames].reshape(shape[:-1] + [frames])  # noqa: RUF005 - TorchScript takes no *


def resample(
    waveform: torch.Tensor,
    orig_freq: int,
    new_freq: int,
    lowpass_filter_width: int = 6,
    rolloff: float = 0.99,
    resampling_method: str = "sinc_interp_hann",
    beta: Optional[float] = None,  # noqa: UP045 - torch 2.0 scripts no |
) -> torch.Tensor:
    """Resample ``[..., time]`` from ``orig_freq`` to ``new_freq``, both in Hz.

    Args:
        waveform: floating point samples.
        orig_freq: a whole number of Hz.
        new_freq: a whole number of Hz.
        lowpass_filter_width: zero crossings of the filter to each side; more is sharper and slower.
        rolloff: cut-off as a fraction of half the lower rate; a smaller one reduces aliasing and
            loses more of the highest frequencies.
        resampling_method: ``"sinc_interp_hann"`` or ``"sinc_interp_kaiser"``. The older names
            ``"sinc_interpolation"`` and ``"kaiser_window"`` warn, and both mean
            ``"sinc_interp_kaiser"``, as in every release from 2.0 on.
        beta: shape of the Kaiser window; more is smoother.

    Raises:
        ValueError, TypeError: rates that are not positive whole numbers, an unknown method, or
            integer samples.
    """
    orig, new = check_rates(orig_freq, new_freq)
    if orig == new:
        return waveform
    filters, reach = kernel(
        orig,
        new,
        lowpass_filter_width,
        rolloff,
        resampling_method,
        beta,
        waveform.device,
        waveform.dtype,
    )
    return convolve(waveform, orig, new, filters, reach)


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

    # if the rates are equal there are no filters, and TorchScript must not compile their use
    __constants__: tuple[str, ...] = ("_same",)

    def __init__(
        self,
        orig_freq: int = 16000,
        new_freq: int = 16000,
        resampling_method: str = "sinc_interp_hann",
        lowpass_filter_width: int = 6,
        rolloff: float = 0.99,
        beta: float | None = None,
        *,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.orig_freq: int = orig_freq
        self.new_freq: int = new_freq
        self.resampling_method: str = resampling_method
        self.lowpass_filter_width: int = lowpass_filter_width
        self.rolloff: float = rolloff
        self.beta: float | None = beta
        self._divide_rates()
        if not self._same:
            filters, width = kernel(
                self._orig,
                self._new,
                lowpass_filter_width,
                rolloff,
                resampling_method,
                beta,
                dtype=dtype,
            )
            self.width: int = width
            self.register_buffer("kernel", filters)

    def _divide_rates(self) -> None:
        self._orig, self._new = check_rates(self.orig_freq, self.new_freq)
        self._same = self._orig == self._new
        # a real torchaudio reads it from a transform that was pickled here
        self.gcd: int = int(self.orig_freq) // self._orig

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore a pickled transform, also one of a real torchaudio."""
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        self._divide_rates()

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """Return the waveform at the new rate, ``[..., ceil(time * new_freq / orig_freq)]``."""
        if self._same:
            return waveform
        return convolve(waveform, self._orig, self._new, self.kernel, self.width)  # type: ignore[arg-type]
