"""The loop of ``torchaudio.functional.overdrive``: a first-order filter that removes an offset."""

import torch
from torch import Tensor

from compat.operators.declaration import Operator, require

NAME = "overdrive"
_DECAY, _DRY, _WET = 0.995, 0.5, 0.75  # of SoX's effect


def _loop(
    waveform: Tensor, temp: Tensor, last_in: Tensor, last_out: Tensor, output_waveform: Tensor
) -> None:
    """Write ``waveform / 2 + 3/4 of the filtered temp`` into ``output_waveform``.

    All three are ``[channel, time]``. ``last_in`` and ``last_out``, ``[channel]``, hold the
    filter's state: before the call, and after it.
    """
    if waveform.dtype not in (torch.float32, torch.float64):
        raise NotImplementedError(
            f"{NAME}: waveform must be float32 or float64, not {waveform.dtype}."
        )
    require(
        temp.shape == waveform.shape == output_waveform.shape,
        NAME,
        "waveform, temp and output_waveform must be of one shape",
    )
    if waveform.numel() == 0:
        return
    first = temp[:, :1] - last_in[:, None] + _DECAY * last_out[:, None]
    differences = torch.cat((first, temp[:, 1:] - temp[:, :-1]), 1)
    a_coeffs = differences.new_tensor([[1.0, -_DECAY]])
    b_coeffs = differences.new_tensor([[1.0, 0.0]])
    filtered = torch.ops.torchaudio._lfilter(differences[:, None], a_coeffs, b_coeffs)[:, 0]
    output_waveform.copy_(_DRY * waveform + _WET * filtered)
    last_in.copy_(temp[:, -1])
    last_out.copy_(filtered[:, -1])


OPERATORS = (
    Operator(
        schema=(
            "_overdrive_core_loop(Tensor waveform, Tensor temp, Tensor(a!) last_in, "
            "Tensor(b!) last_out, Tensor(c!) output_waveform) -> ()"
        ),
        kernels={"CompositeImplicitAutograd": _loop},
        calls="functional.overdrive",
    ),
)
