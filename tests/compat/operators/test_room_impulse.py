"""Room impulse responses: sums of delayed responses, and filters that split a spectrum into bands."""

import pytest
import torch
from torch import Tensor


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_responses_are_added_from_their_delays_on(release: str, dtype: torch.dtype) -> None:
    irs, delays = (
        torch.randint(-4, 5, (3, 5, 2, 7)).to(dtype),
        torch.randint(0, 10, (5, 2), dtype=torch.int32),
    )
    wanted = torch.zeros(3, 2, 20, dtype=dtype)
    for image, channel in torch.cartesian_prod(torch.arange(5), torch.arange(2)).tolist():
        start = int(delays[image, channel])
        wanted[:, channel, start : start + 7] += irs[:, image, channel]
    found = torch.ops.torchaudio._simulate_rir(irs, delays, 20)
    assert found.dtype == dtype
    assert torch.equal(found, wanted)


def test_they_are_differentiable(release: str) -> None:
    delays = torch.randint(0, 4, (3, 2), dtype=torch.int32)
    irs = torch.randn(2, 3, 2, 4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda given: torch.ops.torchaudio._simulate_rir(given, delays, 9), (irs,))


IRS, DELAYS = torch.zeros(1, 2, 1, 3), torch.zeros(2, 1, dtype=torch.int32)


@pytest.mark.parametrize(
    ("irs", "delays", "length", "text"),
    [
        pytest.param(IRS.int(), DELAYS, 9, "floating point", id="integers"),
        pytest.param(IRS, DELAYS.long(), 9, "int32", id="int64 delays"),
        pytest.param(IRS[0], DELAYS, 9, "irs must be", id="three dimensions"),
        pytest.param(IRS, DELAYS[:1], 9, "irs must be", id="other images"),
        pytest.param(IRS, DELAYS, 2, "out of bounds", id="too short"),
        pytest.param(IRS, DELAYS - 1, 9, "out of bounds", id="negative"),
    ],
)
def test_refused_with_a_runtime_error(release: str, irs: Tensor, delays: Tensor, length: int, text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        torch.ops.torchaudio._simulate_rir(irs, delays, length)


CENTERS = [125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("n_fft", "close"), [(256, 5e-3), (512, 1e-5)])
def test_the_bands_add_up_to_one(release: str, n_fft: int, close: float, dtype: torch.dtype) -> None:
    """Above the first centre, which has no band below it; the last band goes on to half the rate."""
    filters = torch.ops.torchaudio._make_rir_filter(torch.tensor(CENTERS, dtype=dtype), 16000.0, n_fft)
    assert (filters.shape, filters.dtype) == ((6, n_fft - 1), dtype)
    spectrum = torch.fft.rfft(torch.nn.functional.pad(filters.sum(0), (1, 0))).abs()
    assert torch.allclose(spectrum[n_fft * 125 // 16000 :], torch.ones(()).to(dtype), atol=close)
    assert spectrum[0] < close
    assert filters.abs().argmax(1).eq(n_fft // 2 - 1).all()


def test_a_band_is_half_between_its_centers(release: str) -> None:
    filters = torch.ops.torchaudio._make_rir_filter(torch.tensor(CENTERS).double(), 16000.0, 512)
    at = torch.fft.rfft(torch.nn.functional.pad(filters, (1, 0))).abs()[2]  # of 500 Hz, in steps of 31.25 Hz
    assert at[[8, 12, 16, 24, 32]].tolist() == pytest.approx([0, 0.5, 1, 0.5, 0], abs=1e-9)
