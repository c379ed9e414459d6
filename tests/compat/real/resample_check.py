"""Run with a real torchaudio on the path: our resampling against its own."""

import itertools
import warnings

import torch

warnings.simplefilter("ignore")

import torchaudio  # noqa: E402

import compat  # noqa: E402
from tests.outcomes import outcome  # noqa: E402

RATES = [(16000, 8000), (8000, 16000), (44100, 16000), (16000, 11025), (48000, 44100), (22050, 24000), (3, 7), (16000, 16000)]
OPTIONS = [
    {},
    {"lowpass_filter_width": 16},
    {"rolloff": 0.85},
    {"resampling_method": "sinc_interp_kaiser"},
    {"resampling_method": "sinc_interp_kaiser", "beta": 8.6, "lowpass_filter_width": 64, "rolloff": 0.9475},
    {"resampling_method": "sinc_interpolation"},
    {"resampling_method": "kaiser_window", "beta": 8.6},
]


def main() -> None:
    torch.manual_seed(0)
    libraries, count = (torchaudio, compat.standin("2.2")), 0
    torch.set_num_threads(1)  # other tests run beside this one
    shapes = itertools.cycle([(1000,), (2, 999), (2, 3, 400)])
    for (rates, options), shape in zip(itertools.product(RATES, OPTIONS), shapes, strict=False):
        for dtype, chosen in ((torch.float32, {}), (torch.float64, {"dtype": torch.float64})):
            wave = torch.rand(shape, dtype=dtype) * 2 - 1
            real, mine = (library.functional.resample(wave, *rates, **options) for library in libraries)
            assert (mine.shape, mine.dtype) == (real.shape, real.dtype)
            assert torch.equal(mine, real), (rates, options, dtype)
            real, mine = (library.transforms.Resample(*rates, **options, **chosen)(wave) for library in libraries)
            assert torch.equal(mine, real), (rates, options, dtype)
            count += 1
    real, mine = (library.functional.resample for library in libraries)
    wave = torch.zeros(1, 100)
    for rates in [(0, 8000), (-1, 8000), (16000.5, 8000)]:
        assert isinstance(outcome(real, wave, *rates), str)
        assert isinstance(outcome(mine, wave, *rates), str)
    for options in ({"resampling_method": "nonsense"}, {"lowpass_filter_width": 0}):
        assert outcome(mine, wave, 3, 2, **options) == outcome(real, wave, 3, 2, **options), options
    print(count, "resampled alike")


if __name__ == "__main__":
    main()
