"""What libsox' effects make of a signal, as recorded of the releases."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import compat
import dispatcher

pytestmark = pytest.mark.libsox
WAVE = torch.sin(torch.arange(1600) / 9)[None] * 0.3


@pytest.fixture(scope="module")
def effects() -> Any:
    """The effects of a release."""
    return compat.standin("2.1").sox_effects


@pytest.mark.parametrize("chain", [[["speed", "1.1"], ["rate"]], [["rate", "8000"], ["rate"]], [["upsample", "2"], ["rate"]]])
def test_rate_without_a_number_aims_at_the_rate_that_came(chain: list[list[str]], effects: Any) -> None:
    """It is the rate of the tensor, and not the one before it in the chain."""
    found, rate = effects.apply_effects_tensor(WAVE, 16000, chain)
    told, _ = effects.apply_effects_tensor(WAVE, 16000, [*chain[:-1], ["rate", "16000"]])
    assert rate == 16000
    assert found.equal(told)


@pytest.mark.parametrize(
    "chain",
    [
        [(b"gain", b"-3")],
        (("gain", "-3"),),
        [[np.str_("gain"), np.str_("-3")]],
        iter([["gain", "-3"]]),
        np.array([["gain", "-3"]]),
        [["gain", -3]],
    ],
)
def test_rows_of_any_sequences_and_texts_are_taken(chain: Any, effects: Any) -> None:
    """As in 2.0 to 2.8, which took bytes too; numbers are taken here."""
    found, _ = effects.apply_effects_tensor(WAVE, 16000, chain)
    assert found.equal(effects.apply_effects_tensor(WAVE, 16000, [["gain", "-3"]])[0])


def test_channels_without_a_number_aims_at_the_channels_that_came(effects: Any) -> None:
    """After ``remix`` left one of two."""
    found, _ = effects.apply_effects_tensor(WAVE.repeat(2, 1), 16000, [["remix", "1"], ["channels"]])
    assert found.shape == (2, 1600)


@pytest.mark.parametrize("dtype", [torch.int16, torch.uint8])
def test_dither_adds_noise_to_the_depth_of_the_tensor(dtype: torch.dtype, effects: Any) -> None:
    """Inside a chain samples have 32 bits, which ``dither`` brings down to those that came."""
    wave = (WAVE * 32767).to(dtype) if dtype is torch.int16 else (WAVE * 100 + 128).to(dtype)
    plain, _ = effects.apply_effects_tensor(wave, 16000, [["gain", "-3"]])
    dithered, _ = effects.apply_effects_tensor(wave, 16000, [["gain", "-3"], ["dither"]])
    apart = (plain.int() - dithered.int()).abs()
    assert 0.1 < apart.float().mean() < 1
    assert apart.max() <= 2


def test_dither_reaches_a_file_too(effects: Any, tmp_path: Path) -> None:
    """Of 16 bits; one of floats has no depth to bring down to."""
    for subtype, changed in (("PCM_16", True), ("FLOAT", False)):
        path = str(tmp_path / f"{subtype}.wav")
        soundfile.write(path, WAVE[0].numpy(), 16000, subtype=subtype)
        plain, _ = effects.apply_effects_file(path, [["gain", "-3"]])
        assert effects.apply_effects_file(path, [["gain", "-3"], ["dither"]])[0].equal(plain) != changed


def test_full_scale_stays_full_scale(effects: Any) -> None:
    """libsox' largest integers are 1.0, and the next ones below are rounded to 24 bits."""
    most = 2**31 - 1
    soundfile.write("x.wav", np.array([most, most - 63, most - 64, -most - 1, 0], np.int32), 16000, subtype="PCM_32")
    below = (2**31 - 128) / 2**31
    assert dispatcher.load("x.wav", backend="sox")[0].tolist() == [[1, 1, below, -1, 0]]
    loud = torch.tensor([[1.0, 2.0, -1.0, -2.0, 0.5]])
    assert effects.apply_effects_tensor(loud, 16000, [])[0].tolist() == [[1, 1, -1, -1, 0.5]]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.float32])
def test_a_chain_keeps_the_dtype(dtype: torch.dtype, effects: Any) -> None:
    """Padding by nothing changes no sample of any."""
    wave = WAVE if dtype is torch.float32 else (WAVE * 100 + 100).to(dtype)
    found, _ = effects.apply_effects_tensor(wave, 16000, [["pad", "0"]])
    assert found.dtype is dtype
    assert torch.allclose(found.double(), wave.double(), atol=1e-6)
