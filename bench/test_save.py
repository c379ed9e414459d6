"""A minute of stereo, written in each format."""

from __future__ import annotations

import pytest
import soundfile
import torch

import dispatcher
from bench import files, peers
from bench.conftest import Race

FORMATS = {"wav": "FLOAT", "flac": "PCM_16", "mp3": "MPEG_LAYER_III", "ogg": "VORBIS"}
PIECE = 1 << 16


@pytest.fixture(scope="module")
def wave() -> torch.Tensor:
    return torch.from_numpy(files.sound(60, files.RATE, 2).T.copy())


def _raw(path: str, wave: torch.Tensor, extension: str) -> None:
    data = wave.t().numpy()
    with soundfile.SoundFile(path, "w", files.RATE, 2, FORMATS[extension]) as file:
        for first in range(0, len(data), PIECE):
            file.write(data[first : first + PIECE])


@pytest.mark.parametrize("extension", FORMATS)
def test_soundfile(race: Race, extension: str, wave: torch.Tensor) -> None:
    path = str(files.FOLDER / f"saved.{extension}")
    against = {"raw soundfile": lambda: _raw(path, wave, extension)}
    if extension in ("wav", "flac"):
        against["torchaudio 2.2.2"] = lambda: peers.torchaudio_save(path, wave, files.RATE)
    race(
        f"save {extension}, soundfile",
        lambda: dispatcher.save(path, wave, files.RATE, backend="soundfile"),
        against,
        {"raw soundfile": 1.1},
    )


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "m4a"])
def test_ffmpeg(race: Race, extension: str, wave: torch.Tensor) -> None:
    path = str(files.FOLDER / f"saved.{extension}")
    race(
        f"save {extension}, ffmpeg",
        lambda: dispatcher.save(path, wave, files.RATE, backend="ffmpeg"),
        {"TorchCodec": lambda: _torchcodec(path, wave)},
        {"TorchCodec": 1.1},
    )


def _torchcodec(path: str, wave: torch.Tensor) -> None:
    from torchcodec.encoders import AudioEncoder

    AudioEncoder(wave, sample_rate=files.RATE).to_file(path)
