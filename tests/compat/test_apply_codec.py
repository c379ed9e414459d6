"""``functional.apply_codec`` on libsox, and on FFmpeg where that is left out."""

from typing import Any

import pytest
import torch

import compat
from tests.tables import table

TONE = torch.sin(torch.arange(8000) / 10).repeat(2, 1) / 2
FFMPEG = compat.standin("2.0", backends=["ffmpeg"]).functional


# the arguments, and by how much samples may differ, where the codec neither moves nor drowns them
@table(
    "named, close",
    {
        "flac": ({"format": "flac"}, 0.001),
        "flac, smallest": ({"format": "flac", "compression": 8}, 0.001),
        "mu-law": ({"format": "wav", "encoding": "ULAW", "bits_per_sample": 8}, 0.03),
        "wav of 24 bits": ({"format": "wav", "bits_per_sample": 24}, 0.001),
        "mp3 at 64 kbit/s": ({"format": "mp3", "compression": 64}, None),
        "mp3 of a quality": ({"format": "mp3", "compression": -2}, None),
        "vorbis": ({"format": "vorbis"}, None),
    },
)
@pytest.mark.parametrize("backends", [pytest.param(None, id="libsox", marks=pytest.mark.libsox), pytest.param(["ffmpeg"], id="FFmpeg")])
def test_what_comes_back_sounds_the_same(named: dict[str, Any], close: float | None, backends: list[str] | None) -> None:
    apply_codec = compat.standin("2.0", backends=backends).functional.apply_codec
    found = apply_codec(TONE, 16000, **named)
    assert found.dtype is torch.float32
    assert found.shape[0] == 2
    assert 8000 <= found.shape[1] < 11000
    assert abs(float(found[:, 2400:8000].std()) - float(TONE.std())) < 0.02  # behind the delay of an mp3
    assert close is None or torch.allclose(found, TONE, atol=close)
    assert apply_codec(TONE.t(), 16000, channels_first=False, **named).shape == found.t().shape


def test_a_codec_of_another_rate_comes_back_at_the_rate_that_went_in() -> None:
    """G.722 is always 16,000 Hz."""
    assert FFMPEG.apply_codec(TONE, 8000, "g722").shape[1] == pytest.approx(8000, abs=100)


def test_compression_must_be_a_number() -> None:
    with pytest.raises(ValueError, match="compression is a number here, not str"):
        FFMPEG.apply_codec(TONE, 8000, "mp3", compression="64")
