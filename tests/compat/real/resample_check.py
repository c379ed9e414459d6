"""Run with a real torchaudio on the path: our resampling against its own."""

import itertools
import warnings

import torch

warnings.simplefilter("ignore")

import torchaudio  # noqa: E402

import compat  # noqa: E402

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


def outcome(act: object) -> object:
    """A tensor, or the name of an error's class."""
    try:
        return act()  # type: ignore[operator]
    except Exception as error:
        return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins")


def main() -> None:
    torch.manual_seed(0)
    ours, count = compat.standin("2.2"), 0
    torch.set_num_threads(1)  # other tests run beside this one
    shapes = itertools.cycle([(1000,), (2, 999), (2, 3, 400)])
    for ((orig, new), options), shape in zip(itertools.product(RATES, OPTIONS), shapes, strict=False):
        for dtype in (torch.float32, torch.float64):
            wave = torch.rand(shape, dtype=dtype) * 2 - 1
            real = torchaudio.functional.resample(wave, orig, new, **options)
            mine = ours.functional.resample(wave, orig, new, **options)
            assert mine.shape == real.shape
            assert mine.dtype == real.dtype
            assert torch.equal(mine, real), (orig, new, options, dtype)
            count += 1
        real = torchaudio.transforms.Resample(orig, new, **options)(wave.float())
        mine = ours.transforms.Resample(orig, new, **options)(wave.float())
        assert torch.equal(mine, real), (orig, new, options)
        real = torchaudio.transforms.Resample(orig, new, dtype=torch.float64, **options)(wave)
        mine = ours.transforms.Resample(orig, new, dtype=torch.float64, **options)(wave)
        assert torch.equal(mine, real), (orig, new, options)
    wave = torch.zeros(1, 100)
    for arguments in [(0, 8000), (-1, 8000), (16000.5, 8000)]:
        assert isinstance(outcome(lambda a=arguments: torchaudio.functional.resample(wave, *a)), str)
        assert isinstance(outcome(lambda a=arguments: ours.functional.resample(wave, *a)), str)
    for options in ({"resampling_method": "nonsense"}, {"lowpass_filter_width": 0}):
        there = outcome(lambda o=options: torchaudio.functional.resample(wave, 3, 2, **o))
        assert outcome(lambda o=options: ours.functional.resample(wave, 3, 2, **o)) == there, options
    print(count, "resampled alike")


if __name__ == "__main__":
    main()
