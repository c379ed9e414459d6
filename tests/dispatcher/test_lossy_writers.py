"""Eight seconds of stereo by every lossy writer of every backend, compared with what the sox and ffmpeg commands make of the same sound."""

import pathlib
import subprocess

import pytest
import torch

import dispatcher

RATE, SECONDS = 44100, 8
FRAMES = RATE * SECONDS
# how many dB the difference from what the command makes of it lies below the sound, at least; Vorbis is by an encoder of less quality
BY_FFMPEG = {"mp3": 25, "m4a": 15, "mp4": 15, "mka": 5, "opus": 8, "mp2": 25, "wma": 12, "ogg": 5}


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    """Tones that go up, and noise, different in the two channels; int16."""
    time = torch.arange(FRAMES, dtype=torch.float64) / RATE
    noise = torch.rand(2, FRAMES, generator=torch.Generator().manual_seed(7), dtype=torch.float64) - 0.5
    tones = torch.stack([torch.sin(2 * torch.pi * (110 * (channel + 1) * time + 20 * time**2 / 2)) for channel in range(2)])
    return ((0.4 * tones + 0.02 * noise) * 32767).to(torch.int16)


def _below(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """How far, in dB, the difference of two sounds lies below the sound."""
    assert abs(found.shape[1] - wanted.shape[1]) <= 2304
    frames = min(found.shape[1], wanted.shape[1])
    found, wanted = found[:, :frames].double(), wanted[:, :frames].double()
    return float(10 * torch.log10(wanted.square().mean() / (found - wanted).square().mean().clamp(min=1e-30)))


@pytest.mark.ffmpeg_command
@pytest.mark.parametrize("extension", BY_FFMPEG)
def test_ffmpeg_writes_what_its_command_writes(extension: str, sound: torch.Tensor) -> None:
    """Of another version, whose encoders may differ; rate, channels, length and sound are the same."""
    ours, theirs = f"ours.{extension}", f"theirs.{extension}"
    dispatcher.save("sound.wav", sound, RATE, backend="soundfile")
    dispatcher.save(ours, sound, RATE, backend="ffmpeg")
    rate = ["-b:a", "128k"] if extension == "wma" else []
    subprocess.run(["ffmpeg", "-v", "error", "-i", "sound.wav", *rate, theirs], check=True)
    (found, rate_of_ours), (wanted, rate_of_theirs) = (dispatcher.load(path, backend="ffmpeg") for path in (ours, theirs))
    assert rate_of_ours == rate_of_theirs
    assert _below(found, wanted) > BY_FFMPEG[extension]


@pytest.mark.libsox
@pytest.mark.sox_command
@pytest.mark.parametrize(("kind", "is_speech"), [("ogg", False), ("mp3", False), ("gsm", True), ("amr-nb", True)])
def test_sox_writes_what_its_command_writes(kind: str, is_speech: bool, sound: torch.Tensor) -> None:
    """To the sample: it is the same library. Those for speech hold one channel at 8000 Hz, and nothing of chance or time."""
    given, rate = (sound[:1, : 8000 * SECONDS], 8000) if is_speech else (sound, RATE)
    ours, theirs = f"ours.{kind}", f"theirs.{kind}"
    dispatcher.save("sound.wav", given, rate, backend="soundfile")
    dispatcher.save(ours, given, rate, format=kind, backend="sox")
    subprocess.run(["sox", "-D", "sound.wav", "-t", kind, theirs], check=True)
    found, wanted = (dispatcher.load(path, backend="sox")[0] for path in (ours, theirs))
    assert torch.equal(found, wanted)
    assert not is_speech or pathlib.Path(ours).read_bytes() == pathlib.Path(theirs).read_bytes()


@pytest.mark.ffmpeg_command
@pytest.mark.parametrize(("extension", "below"), [("ogg", 20), ("mp3", 20)])
def test_soundfile_writes_what_reads_as_the_sound(extension: str, below: float, sound: torch.Tensor) -> None:
    """It has no command; FFmpeg's makes as much of the file as of the sound itself."""
    ours = f"ours.{extension}"
    dispatcher.save(ours, sound, RATE, backend="soundfile")
    command = ["ffmpeg", "-v", "error", "-i", ours, "-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    decoded = torch.frombuffer(bytearray(raw), dtype=torch.float32).reshape(-1, 2).T
    found = dispatcher.load(ours, backend="soundfile")[0]
    wanted = sound.float() / 32768
    # the delay of an mp3 encoder stays; FFmpeg leaves out the first block of Vorbis as libsndfile writes it
    assert _below(found[:, _delay(found, wanted) :], wanted) > below
    assert _below(decoded, wanted[:, _delay(wanted, decoded) :]) > below or _below(decoded[:, _delay(decoded, wanted) :], wanted) > below


def _delay(found: torch.Tensor, wanted: torch.Tensor) -> int:
    """By how many frames one sound lags behind another."""
    piece = wanted[0, 100_000:104_096]
    shifted = found[0, 100_000 : 104_096 + 2304].unfold(0, len(piece), 1)
    return int((shifted - piece).square().sum(1).argmin())
