"""Recursive filters and the loop of overdrive, against a loop over samples; responses of rooms, and their bands."""

import math

import pytest
import torch
from torch import Tensor

from compat.operators.kernels.recursive_filter import recursive_filter
from tests.tables import table


def lfilter(waveform: Tensor, a: Tensor, b: Tensor) -> Tensor:
    found: Tensor = torch.ops.torchaudio._lfilter(waveform, a, b)
    return found


def by_samples(waveform: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Apply the difference equation, sample by sample, in float64."""
    past = a.size(1) - 1
    x = torch.nn.functional.pad(waveform.double(), (past, 0))
    b, a = (coefficients.double().flip(1) / a.double()[:, :1] for coefficients in (b, a))
    y = torch.zeros_like(x)
    for n in range(past, x.size(2)):
        window = slice(n - past, n + 1)
        y[..., n] = (b * x[..., window] - a * y[..., window]).sum(-1)
    return y[..., past:]


def stable(channels: int, order: int) -> tuple[Tensor, Tensor]:
    """Return coefficients whose poles lie within the unit circle, with a leading one that is not 1."""
    reflection = (torch.rand(channels, order, dtype=torch.float64) - 0.5) * min(1.6, 6 / max(order, 1))
    a = torch.ones(channels, 1, dtype=torch.float64)
    for k in range(order):
        padded = torch.nn.functional.pad(a, (0, 1))
        a = padded + reflection[:, k : k + 1] * padded.flip(1)
    return a * 1.25, torch.randn(channels, order + 1, dtype=torch.float64)


@pytest.mark.parametrize(("dtype", "close"), [(torch.float32, 2e-6), (torch.float64, 1e-13)])
@pytest.mark.parametrize("order", [0, 1, 2, 5, 33, 70])
@pytest.mark.parametrize(("batch", "channels", "time"), [(1, 1, 1), (2, 3, 31), (1, 2, 32), (3, 2, 65), (1, 1, 700)])
def test_it_is_the_difference_equation(
    release: str, batch: int, channels: int, time: int, order: int, dtype: torch.dtype, close: float
) -> None:
    a, b = (coefficients.to(dtype) for coefficients in stable(channels, order))
    waveform = torch.randn(batch, channels, time, dtype=dtype)
    found, wanted = lfilter(waveform, a, b), by_samples(waveform, a, b)
    assert found.is_contiguous()
    torch.testing.assert_close(found, wanted.to(dtype), rtol=0, atol=close * max(1.0, float(wanted.abs().max())))


def test_many_blocks_of_blocks(release: str) -> None:
    """So long that the recursion over blocks is solved by itself three times over."""
    a, b = torch.tensor([[1.0, -1.99, 0.9901]]).double(), torch.tensor([[1.0, -2.0, 1.0]]).double()
    waveform = torch.randn(1, 1, 300_001, dtype=torch.float64)
    # near the end, the outputs weighted by a are the inputs weighted by b
    back = torch.nn.functional.conv1d(lfilter(waveform, a, b)[..., 298_998:], a.flip(1)[None])
    fed = torch.nn.functional.conv1d(waveform[..., 298_998:], b.flip(1)[None])
    torch.testing.assert_close(back, fed, rtol=0, atol=1e-9)


def test_a_view_is_taken_as_it_is(release: str) -> None:
    a, b = stable(2, 2)
    waveform = torch.randn(100, 2, 3, dtype=torch.float64).permute(2, 1, 0)
    assert torch.allclose(lfilter(waveform, a, b), lfilter(waveform.contiguous(), a, b))


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_is_not_finite_spreads_forward_only(release: str, value: float, order: int) -> None:
    a, b = stable(2, order)
    waveform = torch.randn(2, 2, 200, dtype=torch.float64)
    clean = lfilter(waveform, a, b)
    waveform[1, 0, 77] = value
    found = lfilter(waveform, a, b)
    assert not found[1, 0, 77:].isfinite().any()
    found[1, 0, 77:] = clean[1, 0, 77:]
    assert torch.allclose(found, clean)


def test_an_unstable_filter_overflows_where_a_loop_does(release: str) -> None:
    a, b = torch.tensor([[1.0, -3.0]]), torch.tensor([[1.0, 0.0]])
    found = lfilter(torch.ones(1, 1, 200), a, b)[0, 0]
    assert found[80] == pytest.approx(3.0**81 / 2, rel=1e-4)
    assert found[80].isfinite()
    assert (found[81:] == math.inf).all()
    late = torch.zeros(1, 1, 5000)
    late[..., -1] = 1
    assert torch.equal(lfilter(late, a, b), late)


def test_a_leading_zero_gives_nothing_finite(release: str) -> None:
    assert not lfilter(torch.ones(1, 1, 40), torch.tensor([[0.0, 1.0]]), torch.tensor([[1.0, 0.0]])).isfinite().any()


@pytest.mark.parametrize("order", [1, 4])
@pytest.mark.parametrize("wanted", ["waveform", "a_coeffs", "b_coeffs", "all"])
def test_gradients_and_second_gradients(release: str, order: int, wanted: str) -> None:
    a, b = stable(2, order)
    given = {"waveform": torch.randn(2, 2, 12, dtype=torch.float64), "a_coeffs": a, "b_coeffs": b}
    for name, tensor in given.items():
        tensor.requires_grad_(wanted in (name, "all"))
    assert torch.autograd.gradcheck(lfilter, tuple(given.values()))
    assert torch.autograd.gradgradcheck(lfilter, tuple(given.values()))


def test_gradients_of_long_rows(release: str) -> None:
    """Their sums are made another way."""
    a, b = stable(1, 2)
    waveform = torch.randn(2, 1, 40_000, dtype=torch.float64)
    a, b = a.requires_grad_(), b.requires_grad_()
    step = 1e-6 * torch.randn(1, 3, dtype=torch.float64)
    weights = torch.randn_like(waveform)
    slopes = torch.autograd.grad((lfilter(waveform, a, b) * weights).sum(), (a, b))
    for slope, move in ((slopes[0], (step, 0)), (slopes[1], (0, step))):
        with torch.no_grad():
            above = (lfilter(waveform, a + move[0], b + move[1]) * weights).sum()
            below = (lfilter(waveform, a - move[0], b - move[1]) * weights).sum()
        assert (slope * step).sum().item() == pytest.approx(float(above - below) / 2, rel=1e-5)


X, A = torch.zeros(2, 2, 9), torch.ones(2, 3)


@table(
    "given, text",
    {
        "float16": ((X.half(), A.half(), A.half()), "all be float32, or all float64"),
        "bfloat16": ((X.bfloat16(), A.bfloat16(), A.bfloat16()), "all be float32, or all float64"),
        "integers": ((X.int(), A.int(), A.int()), "all be float32, or all float64"),
        "complex": ((X.cfloat(), A.cfloat(), A.cfloat()), "all be float32, or all float64"),
        "mixed": ((X.double(), A, A), "all be float32, or all float64"),
        "two dimensions": ((X[0], A, A), "waveform must be"),
        "unlike sizes": ((X, A[:, :2], A), "a_coeffs and b_coeffs must both be"),
        "no coefficients": ((X, A[:, :0], A[:, :0]), "a_coeffs and b_coeffs must both be"),
        "other channels": ((X, A[:1], A[:1]), "coefficients for 1 channels, and 2 channels"),
        "no frames": ((X[..., :0], A, A), "no frames"),
        "several devices": ((X, A.to("meta"), A), "several devices"),
    },
)
def test_refused_with_a_runtime_error(release: str, given: tuple[torch.Tensor, ...], text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        lfilter(*given)


def test_an_empty_batch_is_empty_and_meta_tensors_give_shapes(release: str) -> None:
    assert lfilter(X[:0], A, A).shape == (0, 2, 9)
    found = lfilter(X.to("meta"), A.to("meta"), A.to("meta"))
    assert (found.shape, found.device.type) == (X.shape, "meta")


@pytest.mark.parametrize("time", [1, 2, 50])
def test_the_loop_filters_into_zeros(release: str, time: int) -> None:
    a = stable(2, 3)[0]
    flipped = (a / a[:, :1]).flip(1).contiguous()
    fed = torch.randn(2, 2, time, dtype=torch.float64)
    padded = torch.zeros(2, 2, time + 3, dtype=torch.float64)
    wanted, kept = padded.clone(), fed.clone()
    for n in range(time):
        wanted[..., n + 3] = fed[..., n] - (wanted[..., n : n + 4] * flipped).sum(-1)
    assert torch.ops.torchaudio._lfilter_core_loop(fed, flipped, padded) is None
    assert torch.allclose(padded, wanted)
    assert torch.equal(fed, kept)


def test_the_loop_refuses_an_output_of_another_shape_or_with_a_past(release: str) -> None:
    for padded in (X, torch.ones(*X.shape[:-1], X.shape[-1] + A.shape[-1] - 1, dtype=X.dtype)):
        with pytest.raises(RuntimeError, match="padded_output_waveform must be zeros"):
            torch.ops.torchaudio._lfilter_core_loop(X, A, padded)


def test_the_method_is_as_exact_as_float32_can_be() -> None:
    """A high-pass at 20 Hz of 44.1 kHz, where a loop in float32 is off by 4e-4."""
    a = torch.tensor([[1.0, -1.995970167, 0.9959782677]], dtype=torch.float64)
    b = torch.tensor([[0.9979871087, -1.9959742173, 0.9979871087]], dtype=torch.float64)
    waveform = (torch.randn(1, 1, 400_000, dtype=torch.float64) * 0.3).float()
    exact = recursive_filter(waveform.double(), a.float().double(), b.float().double())
    assert (recursive_filter(waveform, a.float(), b.float()) - exact).abs().max() < 3e-5


def overdriven(waveform: Tensor, temp: Tensor, last_in: Tensor, last_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Call the operator on copies of what it changes."""
    output, last_in, last_out = torch.zeros_like(waveform), last_in.clone(), last_out.clone()
    assert torch.ops.torchaudio._overdrive_core_loop(waveform, temp, last_in, last_out, output) is None
    return output, last_in, last_out


def overdriven_by_samples(waveform: Tensor, temp: Tensor, last_in: Tensor, last_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
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
def test_overdrive_is_its_loop(release: str, channels: int, time: int, dtype: torch.dtype, close: float) -> None:
    given = [torch.randn(*shape, dtype=dtype) for shape in ((channels, time), (channels, time), (channels,), (channels,))]
    torch.testing.assert_close(overdriven(*given), overdriven_by_samples(*given), rtol=0, atol=close)


def test_gradients_of_overdrive(release: str) -> None:
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
def test_what_overdrive_refuses(release: str, waveform: Tensor, temp: Tensor, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        overdriven(waveform, temp, waveform[:, 0], waveform[:, 0])


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


def test_responses_are_differentiable(release: str) -> None:
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
def test_responses_refuse_with_a_runtime_error(release: str, irs: Tensor, delays: Tensor, length: int, text: str) -> None:
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
