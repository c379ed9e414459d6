"""What is decoded does not hang on which FFmpeg PyAV's wheel brings; `make matrix` runs this with several."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
import torch

import compat
from dispatcher import notices
from tests import streaming
from tests.outcomes import observed

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
        with (
            compat.pinned("2.2", truncated="ignore") as torchaudio,
            warnings.catch_warnings(action="error", category=notices.DamagedInputWarning),
        ):
            waveform, _ = torchaudio.load(str(cut), backend="ffmpeg")
            found = torchaudio.info(str(cut), backend="ffmpeg")
        full, _ = compat.load(asset(name), backend="ffmpeg")
        assert waveform.equal(full[:, :whole]), (name, rest)
        assert found.num_frames == whole


@pytest.mark.parametrize("rate", [8000, 12000, 16000, 24000, 48000])
@pytest.mark.parametrize("extension", ["webm", "mka"])
def test_opus_in_matroska_begins_where_it_begins_in_ogg(extension: str, rate: int, tmp_path: Path) -> None:
    """Later versions of FFmpeg drop less than the pre-skip, if less than 48,000 Hz were encoded."""
    ogg, other = str(tmp_path / "x.ogg"), str(tmp_path / f"x.{extension}")
    for path in (ogg, other):
        wave = (torch.sin(torch.arange(rate) / 9) * 9000).to(torch.int16).repeat(2, 1).t()
        streaming.write(path, wave, rate, encoder="libopus", format="s16")
    expected = compat.load(ogg, backend="ffmpeg")[0]
    assert compat.load(other, backend="ffmpeg")[0].equal(expected)
    assert compat.load(other, 500, 1000, backend="ffmpeg")[0].equal(expected[:, 500:1500])
    assert torch.equal(streaming.sound(compat.io.StreamReader(other)).t(), expected)


@pytest.mark.parametrize("frames", [1, 2905, 4095, 4097, 7001])
@pytest.mark.parametrize("subtype", ["ALAC_16", "ALAC_24"])
def test_alac_in_caf_is_decoded_to_its_end(subtype: str, frames: int) -> None:
    """FFmpeg from 7.1 on drops what the last packet lacks to 4,096 frames from its end."""
    wave = torch.sin(torch.arange(frames) / 9).repeat(2, 1) / 2
    soundfile.write("x.caf", wave.t().numpy(), 16000, subtype=subtype)
    loaded, _ = compat.load("x.caf", backend="ffmpeg")
    assert loaded.equal(compat.load("x.caf", backend="soundfile")[0])
    assert compat.load("x.caf", frames // 2, backend="ffmpeg")[0].equal(loaded[:, frames // 2 :])


@pytest.mark.parametrize("format", ["WAV", "W64", "AU", "NIST", "AIFF", "CAF", "IRCAM"])
@pytest.mark.parametrize("rate", [16000, 44100, 192000])
def test_chunks_as_large_as_the_releases_needed_lose_nothing(format: str, rate: int) -> None:
    """Three chunks wait by default; FFmpeg 8 gives up to 16,384 frames at once, where 5.1 gave 1,024."""
    chunk = 320 if format in ("AU", "NIST", "IRCAM") and rate == 16000 else 512
    path = f"x.{format.lower()}"
    soundfile.write(path, torch.sin(torch.arange(20000) / 9).repeat(2, 1).t().numpy() / 2, rate, subtype="PCM_16", format=format)
    reader = compat.io.StreamReader(path)
    reader.add_basic_audio_stream(chunk, format="s16")
    found = [(c.pts, torch.Tensor(c)) for (c,) in reader.stream() if c is not None]
    assert torch.cat([samples for _, samples in found]).t().equal(compat.load(path, normalize=False, backend="ffmpeg")[0])
    assert [pts for pts, _ in found] == pytest.approx([at / rate for at in range(0, 20000, chunk)], abs=2e-6)


def test_raw_pcm_comes_in_short_packets_too() -> None:
    """Its format has the name of its codec."""
    reader = compat.io.StreamReader(io.BytesIO(bytes(40_000)), format="s16le", option={"sample_rate": "48000"})
    reader.add_basic_audio_stream(512)
    assert sum(len(c) for (c,) in reader.stream() if c is not None) == 20_000


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_stream_that_ends_by_an_empty_packet_is_read(channels: int) -> None:
    """Flac in nut does: the encoder's last packet has only its header."""
    compat.save("x.nut", torch.sin(torch.arange(3000) / 9).repeat(channels, 1) / 2, 48000, backend="ffmpeg")
    sound = streaming.sound(compat.io.StreamReader("x.nut"))
    with warnings.catch_warnings(action="error", category=notices.DamagedInputWarning):
        assert sound.t().equal(compat.load("x.nut", backend="ffmpeg")[0])
        assert compat.info("x.nut", backend="ffmpeg").num_frames == len(sound)


@pytest.mark.parametrize(("name", "codec", "loses"), [("x.wav", "adpcm_ms", True), ("x.wma", "wmav2", True), ("x.flac", "flac", False)])
def test_what_2_9_leaves_out_is_warned_of(name: str, codec: str, loses: bool) -> None:
    streaming.write(name, torch.rand(9000, 1) - 0.5, 8000, encoder=codec)
    (found, _), warned = observed(compat.standin("2.9").load, name)
    assert ["2.9 leaves out a part" in str(each) for each in warned] == [True] * loses
    assert (found.shape != compat.load(name, backend="ffmpeg")[0].shape) == loses
