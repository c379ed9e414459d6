"""``functional.apply_codec`` by FFmpeg, where there is no libsox."""

from typing import Any

import pytest
import torch

import compat

TONE = torch.sin(torch.arange(8000) / 5)[None] / 2


@pytest.fixture(scope="module")
def apply_codec() -> Any:
    return compat.standin("2.0", backends=["ffmpeg"]).functional.apply_codec


@pytest.mark.parametrize(
    ("format", "named"),
    [
        ("flac", {"compression": 8}),
        ("wav", {"encoding": "ULAW", "bits_per_sample": 8}),
        ("wav", {"bits_per_sample": 24}),
        ("ulaw", {}),
        ("mp3", {"compression": 64}),
        ("mp3", {"compression": -2}),
    ],
)
@pytest.mark.parametrize("channels_first", [True, False])
def test_what_comes_back_sounds_the_same(format: str, named: dict[str, Any], channels_first: bool, apply_codec: Any) -> None:
    found = apply_codec(TONE if channels_first else TONE.t(), 8000, format, channels_first, **named)
    found = found if channels_first else found.t()
    assert found.shape[0] == 1
    assert found.dtype is torch.float32
    assert found.shape[1] >= 8000
    assert abs(float(found[:, :8000].std()) - float(TONE.std())) < 0.02


def test_a_codec_of_another_rate_comes_back_at_the_rate_that_went_in(apply_codec: Any) -> None:
    """G.722 is always 16,000 Hz."""
    assert apply_codec(TONE, 8000, "g722").shape[1] == pytest.approx(8000, abs=100)


def test_compression_must_be_a_number(apply_codec: Any) -> None:
    with pytest.raises(ValueError, match="compression is a number here, not str"):
        apply_codec(TONE, 8000, "mp3", compression="64")
