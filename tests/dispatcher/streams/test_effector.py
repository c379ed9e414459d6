"""Effects and codecs applied to a waveform."""

from typing import Any

import pytest
import torch

from dispatcher.streams.effector import AudioEffector

TONE = torch.stack([torch.sin(torch.arange(8000) * 2 * torch.pi * 220 * (c + 1) / 16000) / 2 for c in range(2)], 1)
FULL = {torch.uint8: 127, torch.int16: 32767, torch.int32: 2**31 - 1, torch.float32: 1, torch.float64: 1}


def _of(dtype: torch.dtype) -> torch.Tensor:
    scaled = TONE.double() * FULL[dtype]
    return (scaled + 128).to(dtype) if dtype is torch.uint8 else scaled.to(dtype)


@pytest.mark.parametrize("dtype", FULL)
@pytest.mark.parametrize("format", [None, "wav", "flac", "mp3", "mulaw"])
def test_what_comes_out_is_of_the_same_dtype_and_length(dtype: torch.dtype, format: str | None) -> None:
    wave = _of(dtype)
    found = AudioEffector(effect="volume=0.5", format=format).apply(wave, 16000)
    assert (type(found), found.dtype, found.shape) == (torch.Tensor, dtype, wave.shape)
    if format != "mp3":  # which is late by its delay
        shift = 128 if dtype is torch.uint8 else 0
        difference = (found.double() - shift) - (wave.double() - shift) / 2
        assert float(difference.abs().max()) < 0.05 * FULL[dtype]


@pytest.mark.parametrize(("dtype", "silence"), [(torch.uint8, 128), (torch.int16, 0), (torch.float32, 0)])
def test_the_end_is_filled_up_with_silence(dtype: torch.dtype, silence: int) -> None:
    """Which is the middle of unsigned samples."""
    wave = torch.full((4000, 1), 90).to(dtype)
    effector = AudioEffector(effect="atempo=2")
    assert effector.apply(wave, 16000)[-1000:].unique().tolist() == [silence]
    assert torch.cat(list(effector.stream(wave, 16000, 1500)))[-1000:].unique().tolist() == [silence]


def test_pieces_together_are_the_whole() -> None:
    effector = AudioEffector(effect="lowpass=frequency=300,atempo=1.25")
    assert torch.equal(torch.cat(list(effector.stream(TONE, 16000, 777))), effector.apply(TONE, 16000))


@pytest.mark.parametrize("named", [{}, {"effect": "volume=1"}, {"format": "wav"}])
@pytest.mark.parametrize(("rate", "error"), [(0, RuntimeError), (-1, RuntimeError), (8000.5, TypeError), ("8000", TypeError)])
def test_an_impossible_sample_rate_is_an_error_of_ours(rate: Any, error: type[Exception], named: dict[str, str]) -> None:
    """As in 2.1 to 2.8; it was ZeroDivisionError."""
    with pytest.raises(error, match="sample_rate"):
        AudioEffector(**named).apply(TONE, rate)
    with pytest.raises(error, match="sample_rate"):
        next(AudioEffector(**named).stream(TONE, rate, 100))


def test_effects_that_change_rate_and_channels_are_brought_back() -> None:
    assert AudioEffector(effect="pan=mono|c0=c0").apply(TONE, 16000).shape == TONE.shape
    assert AudioEffector(effect="aresample=8000").apply(TONE, 16000).shape == TONE.shape
