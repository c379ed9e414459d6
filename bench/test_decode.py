"""A minute of stereo, whole: each backend against its library, naive loops, and other readers."""

from __future__ import annotations

import io
import pathlib

import pytest

import dispatcher
from bench import files, peers
from bench.conftest import Race


@pytest.mark.parametrize("extension", ["wav", "float.wav", "flac", "mp3", "ogg"])
def test_soundfile(race: Race, extension: str) -> None:
    path = files.minute(extension)
    race(
        f"load {extension}, soundfile",
        lambda: dispatcher.load(path, backend="soundfile"),
        {
            "raw soundfile": lambda: peers.raw_soundfile(path),
            "torchaudio 2.2.2": lambda: peers.torchaudio(path),
            "librosa": lambda: peers.librosa(path),
        },
        {"raw soundfile": 1.05, "torchaudio 2.2.2": 1.0},
    )


@pytest.mark.parametrize("extension", ["wav", "float.wav", "flac", "mp3", "ogg"])
def test_sox(race: Race, extension: str) -> None:
    path = files.minute(extension)
    if "raw libsox" in peers.there():
        race(
            f"load {extension}, sox",
            lambda: dispatcher.load(path, backend="sox"),
            {"raw libsox": lambda: peers.raw_libsox(path)},
            {"raw libsox": 1.05},
        )


@pytest.mark.parametrize("extension", ["wav", "float.wav", "flac", "mp3", "ogg", "m4a", "opus"])
def test_ffmpeg(race: Race, extension: str) -> None:
    path = files.minute(extension)
    race(
        f"load {extension}, ffmpeg",
        lambda: dispatcher.load(path, backend="ffmpeg"),
        {
            "naive PyAV": lambda: peers.naive_pyav(path),
            "TorchCodec": lambda: peers.torchcodec(path),
            "idle PyAV": lambda: peers.idle_pyav(path),
        },
        {"naive PyAV": 0.9, "TorchCodec": 1.1}
        if extension in ("mp3", "ogg", "m4a", "flac")
        else {},
    )


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3"])
def test_no_backend(race: Race, extension: str) -> None:
    path = files.minute(extension)
    race(
        f"load {extension}, none named",
        lambda: dispatcher.load(path),
        {"TorchCodec": lambda: peers.torchcodec(path), "librosa": lambda: peers.librosa(path)},
    )


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("extension", ["wav", "mp3"])
def test_file_object(race: Race, extension: str, backend: str) -> None:
    data = pathlib.Path(files.minute(extension)).read_bytes()
    race(
        f"load {extension} of a BytesIO, {backend}",
        lambda: dispatcher.load(io.BytesIO(data), backend=backend),
        {
            "raw soundfile": lambda: peers.raw_soundfile(io.BytesIO(data)),
            "naive PyAV": lambda: peers.naive_pyav(io.BytesIO(data)),
            "TorchCodec": lambda: peers.torchcodec(data),
        },
    )
