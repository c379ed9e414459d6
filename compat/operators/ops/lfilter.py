"""Recursive filters: ``torchaudio.functional.lfilter`` and what uses it (biquads, ``filtfilt``).

Up to 2.8 torchaudio calls ``_lfilter``, which is differentiable. Since 2.9 its Python part calls
the loop ``_lfilter_core_loop`` for the recursive half and convolves for the other half, ten times
slower than the whole operator. So ``registration.replace_lfilter`` puts ``_lfilter`` there too.
"""

from typing import Any

import torch
from torch import Tensor

from compat.operators.declaration import Operator, below_autograd, require, require_same_device
from compat.operators.kernels.recursive_filter import recursive_filter

NAME = "lfilter"
_LONG = 1 << 15  # frames


def _filtered(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor) -> Tensor:
    """Filter ``[batch, channel, time]`` by the coefficients ``[channel, order + 1]``."""
    require_same_device(NAME, waveform=waveform, a_coeffs=a_coeffs, b_coeffs=b_coeffs)
    require(
        waveform.ndim == 3,
        NAME,
        f"waveform must be [batch, channel, time], not of shape {list(waveform.shape)}",
    )
    require(
        a_coeffs.ndim == 2 and a_coeffs.shape == b_coeffs.shape and a_coeffs.size(1) > 0,
        NAME,
        "a_coeffs and b_coeffs must both be [channel, order + 1], not of shapes "
        f"{list(a_coeffs.shape)} and {list(b_coeffs.shape)}",
    )
    require(
        a_coeffs.size(0) == waveform.size(1),
        NAME,
        f"there are coefficients for {a_coeffs.size(0)} channels, and {waveform.size(1)} channels",
    )
    kinds = {waveform.dtype, a_coeffs.dtype, b_coeffs.dtype}
    require(
        len(kinds) == 1 and kinds <= {torch.float32, torch.float64},
        NAME,
        "waveform and coefficients must all be float32, or all float64, not "
        f"{', '.join(sorted(map(str, kinds)))}",
    )
    require(waveform.size(2) > 0, NAME, "waveform has no frames")
    return recursive_filter(waveform, a_coeffs, b_coeffs)


def _shape(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor) -> Tensor:
    require_same_device(NAME, waveform=waveform, a_coeffs=a_coeffs, b_coeffs=b_coeffs)
    return waveform.new_empty(waveform.shape)


class _Differentiable(torch.autograd.Function):
    """The filter with its gradients; these are filters too, so they have gradients in turn.

    With u the gradient of the output, filtered by 1/a backwards in time, the gradients are ``dx[n]
    = sum_k b[k] u[n + k]``, ``db[k] = sum_n u[n] x[n - k]`` and ``da[k] = -sum_n u[n] y[n - k]``.
    """

    @staticmethod
    def forward(ctx: Any, waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor) -> Tensor:
        output: Tensor = below_autograd(torch.ops.torchaudio._lfilter, waveform, a_coeffs, b_coeffs)
        ctx.save_for_backward(waveform, a_coeffs, b_coeffs, output)
        return output

    @staticmethod
    def backward(ctx: Any, to_output: Tensor) -> tuple[Tensor | None, ...]:
        waveform, a_coeffs, b_coeffs, output = ctx.saved_tensors
        to_waveform, to_a, to_b = ctx.needs_input_grad
        operator = torch.ops.torchaudio._lfilter
        reverse = to_output.flip(2)
        if not (to_a or to_b):
            return operator(reverse, a_coeffs, b_coeffs).flip(2), None, None
        adjoint = operator(reverse, a_coeffs, _impulse(a_coeffs)).flip(2)
        return (
            _convolved_backwards(adjoint, b_coeffs) if to_waveform else None,
            -_correlated(adjoint, output, a_coeffs.size(1)) if to_a else None,
            _correlated(adjoint, waveform, a_coeffs.size(1)) if to_b else None,
        )


def _convolved_backwards(signal: Tensor, taps: Tensor) -> Tensor:
    """Return ``sum_k taps[k] signal[n + k]``."""
    output = signal * taps[:, :1]
    for lag in range(1, min(taps.size(1), signal.size(2))):
        output[..., :-lag].addcmul_(signal[..., lag:], taps[:, lag : lag + 1])
    return output


def _impulse(coeffs: Tensor) -> Tensor:
    """Return coefficients of the same shape that change nothing."""
    impulse = torch.zeros_like(coeffs)
    impulse[:, 0] = 1
    return impulse


def _correlated(signal: Tensor, other: Tensor, lags: int) -> Tensor:
    """Return ``sum_n signal[n] other[n - k]`` over batch and time, ``[channel, lag]``."""
    batch, channels, time = signal.shape
    if time < _LONG:
        sums = [
            torch.linalg.vecdot(signal[..., lag:], other[..., : max(time - lag, 0)]).sum(0)
            for lag in range(lags)
        ]
        return torch.stack(sums, 1)
    # for long rows, single dot products take half of that time
    products = [
        torch.dot(signal[item, channel, lag:], other[item, channel, : time - lag])
        for item in range(batch)
        for channel in range(channels)
        for lag in range(lags)
    ]
    return torch.stack(products).view(batch, channels, lags).sum(0)


def _differentiable(waveform: Tensor, a_coeffs: Tensor, b_coeffs: Tensor) -> Any:
    return _Differentiable.apply(waveform, a_coeffs, b_coeffs)  # type: ignore[no-untyped-call]


def _loop(
    input_signal_windows: Tensor, a_coeff_flipped: Tensor, padded_output_waveform: Tensor
) -> None:
    """Filter by ``1 / a`` into ``padded_output_waveform``: zeros, ``order`` samples longer.

    ``a_coeff_flipped`` has the longest lag first, and its last coefficient counts as 1.
    """
    order = a_coeff_flipped.size(1) - 1
    shape = [*input_signal_windows.shape[:-1], input_signal_windows.size(-1) + order]
    require(
        list(padded_output_waveform.shape) == shape and not bool(padded_output_waveform.any()),
        NAME,
        f"padded_output_waveform must be zeros of shape {shape}, "
        f"not values of shape {list(padded_output_waveform.shape)}",
    )
    a_coeffs = a_coeff_flipped.flip(1)
    a_coeffs[:, 0] = 1
    filtered = _filtered(input_signal_windows, a_coeffs, _impulse(a_coeffs))
    padded_output_waveform[..., order:] = filtered


OPERATORS = (
    Operator(
        schema="_lfilter(Tensor waveform, Tensor a_coeffs, Tensor b_coeffs) -> Tensor",
        kernels={
            "CompositeExplicitAutograd": _filtered,
            "Meta": _shape,
            "Autograd": _differentiable,
        },
        calls="functional.lfilter; since 2.9 through registration.replace_lfilter",
    ),
    Operator(
        schema="_lfilter_core_loop(Tensor input_signal_windows, Tensor a_coeff_flipped, "
        "Tensor(a!) padded_output_waveform) -> ()",
        kernels={"CompositeExplicitAutograd": _loop, "Meta": lambda *_: None},
        calls="functional.lfilter, since 2.9",
    ),
)
