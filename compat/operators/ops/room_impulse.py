"""Room impulse responses: ``torchaudio.prototype.functional.simulate_rir_ism``, 2.1 to 2.8."""

import math

import torch
from torch import Tensor

from compat.operators.declaration import Operator, require

NAME = "simulate_rir"


def _summed(irs: Tensor, delay_i: Tensor, rir_length: int) -> Tensor:
    """Add up the responses of all image sources, each from its delay on.

    Args:
        irs: ``[band, image source, channel, tap]``.
        delay_i: in samples, int32, ``[image source, channel]``.
        rir_length: samples of the result.

    Returns:
        ``[band, channel, rir_length]``.
    """
    require(irs.is_floating_point(), NAME, f"irs must be of floating point, not {irs.dtype}")
    require(delay_i.dtype == torch.int32, NAME, f"delay_i must be int32, not {delay_i.dtype}")
    require(
        irs.ndim == 4 and list(irs.shape[1:3]) == list(delay_i.shape),
        NAME,
        "irs must be [band, image source, channel, tap] and delay_i [image source, channel], "
        f"not {list(irs.shape)} and {list(delay_i.shape)}",
    )
    bands, images, channels, taps = irs.shape
    places = delay_i.long()[..., None] + torch.arange(taps, device=irs.device)
    places = places.transpose(0, 1).reshape(channels, images * taps).expand(bands, -1, -1)
    return irs.new_zeros(bands, channels, rir_length).scatter_add(
        2, places, irs.transpose(1, 2).reshape(bands, channels, images * taps)
    )


def _band_filters(centers: Tensor, sample_rate: float, n_fft: int) -> Tensor:
    """Return linear-phase filters that split the spectrum into bands, ``[band, n_fft - 1]``.

    Each rises as half a cosine from the centre below to its own, and falls to the centre above. The
    first rises from half its centre, and the last goes on to half the sample rate.
    """
    frequency = torch.arange(n_fft // 2 + 1, dtype=centers.dtype, device=centers.device) * (
        sample_rate / n_fft
    )
    below = torch.cat((centers[:1] / 2, centers[:-1]))[:, None]
    above = torch.cat((centers[1:], centers.new_tensor([math.inf])))[:, None]
    center = centers[:, None]
    distance = torch.where(
        frequency < center,
        (center - frequency) / (center - below),
        (frequency - center) / (above - center),
    )
    magnitude = 0.5 * (1 + torch.cos(math.pi * distance.clamp(0, 1)))
    responses: Tensor = torch.fft.irfft(magnitude, n_fft)
    return responses.roll(n_fft // 2, 1)[:, 1:]


OPERATORS = (
    Operator(
        schema="_simulate_rir(Tensor irs, Tensor delay_i, int rir_length) -> Tensor",
        kernels={"CompositeImplicitAutograd": _summed},
        calls="prototype.functional.simulate_rir_ism",
        until="2.8",
    ),
    Operator(
        schema="_make_rir_filter(Tensor centers, float sample_rate, int n_fft) -> Tensor",
        kernels={"CompositeImplicitAutograd": _band_filters},
        calls="prototype.functional.simulate_rir_ism with several bands",
        until="2.8",
    ),
)
