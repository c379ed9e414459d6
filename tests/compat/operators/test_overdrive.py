"""The loop of overdrive, against the loop itself."""

import pytest
import torch
from torch import Tensor


def overdriven(waveform: Tensor, temp: Tensor, last_in: Tensor, last_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Call the operator on copies of what it changes."""
    output, last_in, last_out = torch.zeros_like(waveform), last_in.clone(), last_out.clone()
    assert torch.ops.torchaudio._overdrive_core_loop(waveform, temp, last_in, last_out, output) is None
    return output, last_in, last_out


def by_samples(waveform: Tensor, temp: Tensor, last_in: Tensor, last_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Apply SoX's loop."""
    output = torch.zeros_like(waveform)
    for n in range(waveform.size(1)):
        last_out = temp[:, n] - last_in + 0.995 * last_out
        last_in = temp[:, n]
        output[:, n] = waveform[:, n] * 0.5 + last_out * 0.75
    return output, last_in, last_out


@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
@pytest.mark.parametrize("time", [0, 1, 2, 31, 400])
@pytest.mark.parametrize("channels", [1, 3])
def test_it_is_the_loop(release: str, channels: int, time: int, dtype: torch.dtype, close: float) -> None:
    given = [torch.randn(*shape, dtype=dtype) for shape in ((channels, time), (channels, time), (channels,), (channels,))]
    torch.testing.assert_close(overdriven(*given), by_samples(*given), rtol=0, atol=close)


def test_gradients(release: str) -> None:
    given = [torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((2, 9), (2, 9), (2,), (2,))]
    assert torch.autograd.gradcheck(overdriven, given)
    assert torch.autograd.gradgradcheck(overdriven, given)


HALF, BRAIN, WHOLE = (torch.ones(1, 4, dtype=dtype) for dtype in (torch.float16, torch.bfloat16, torch.int32))


@pytest.mark.parametrize(
    ("waveform", "temp", "error", "text"),
    [
        *((given, given, NotImplementedError, "float32 or float64") for given in (HALF, BRAIN, WHOLE)),
        (torch.ones(1, 4), torch.ones(1, 5), RuntimeError, "one shape"),
    ],
    ids=["float16", "bfloat16", "integers", "unlike shapes"],
)
def test_what_is_refused(release: str, waveform: Tensor, temp: Tensor, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        overdriven(waveform, temp, waveform[:, 0], waveform[:, 0])
