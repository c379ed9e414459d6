"""What is decoded does not hang on which FFmpeg PyAV's wheel brings; `make matrix` runs this with several."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

import compat
from dispatcher import notices

Asset = Callable[[str], str]


@pytest.mark.parametrize(("name", "frames"), [("stereo.m4a", 26_624), ("video_with_sound.mp4", 26_624)])
def test_an_mp4_is_decoded_to_the_end_of_its_last_packet(asset: Asset, name: str, frames: int) -> None:
    """Its edit list ends 164 frames sooner, which FFmpeg honours from 9 on."""
    with compat.pinned("2.2") as torchaudio:
        waveform, _ = torchaudio.load(asset(name), backend="ffmpeg")
        piece, _ = torchaudio.load(asset(name), 26_000, 10_000, backend="ffmpeg")
        for kind in ("m4a", "mp4", "mov"):
            named, _ = torchaudio.load(io.BytesIO(Path(asset(name)).read_bytes()), backend="ffmpeg", format=kind)
            assert named.equal(waveform)
    assert waveform.shape[1] == frames
    assert piece.equal(waveform[:, 26_000:])


@pytest.mark.parametrize(
    ("name", "header", "frame_bytes"),
    [
        ("mono_s16.wav", 44, 2),
        ("stereo_s16.wav", 44, 4),
        ("stereo_s24.wav", 44, 6),
        ("stereo_f32.wav", 88, 8),
        ("stereo_f64.wav", 88, 16),
        ("six_s16.wav", 44, 12),
        ("stereo_s16.au", 24, 4),
        ("stereo_alaw.wav", 58, 2),
    ],
)
def test_pcm_that_ends_within_a_frame_gives_all_whole_frames(
    asset: Asset, tmp_path: Path, name: str, header: int, frame_bytes: int
) -> None:
    whole = 700
    for rest in range(1, min(frame_bytes, 6)):
        cut = tmp_path / f"cut{rest}{Path(name).suffix}"
        cut.write_bytes(Path(asset(name)).read_bytes()[: header + whole * frame_bytes + rest])
        with compat.pinned("2.2", truncated="ignore") as torchaudio, warnings.catch_warnings():
            warnings.simplefilter("error", notices.DamagedInputWarning)
            waveform, _ = torchaudio.load(str(cut), backend="ffmpeg")
            found = torchaudio.info(str(cut), backend="ffmpeg")
        full, _ = compat.load(asset(name), backend="ffmpeg")
        assert waveform.equal(full[:, :whole]), (name, rest)
        assert found.num_frames == whole
