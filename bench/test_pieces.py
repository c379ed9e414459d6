"""Pieces of an hour, and of files of many lengths; what a training loop asks for."""

from __future__ import annotations

import random

import pytest

import dispatcher
from bench import files, peers
from bench.conftest import Race

LATE = 3590


@pytest.mark.parametrize("backend", [None, "ffmpeg", "soundfile", "sox"])
@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "bare.mp3"])
def test_late(race: Race, extension: str, backend: str | None) -> None:
    path = files.long(extension)
    start = LATE * files.SLOW
    if backend == "sox" and ("raw libsox" not in peers.there() or extension.endswith("mp3")):
        pytest.skip("libsox is not here, or decodes an hour of mp3")
    others = {
        "raw soundfile": lambda: peers.fresh_soundfile(path, start, files.SLOW),
        "TorchCodec": lambda: peers.torchcodec(path, LATE, LATE + 1.0),
    }
    goals = {"raw soundfile": 3.0} if not extension.endswith("mp3") else {}
    if extension.endswith("mp3") and backend in (None, "ffmpeg"):
        others["itself, from the start"] = lambda: dispatcher.load(path, backend="ffmpeg")
        goals = {"itself, from the start": 1 / 20}
    race(
        f"1 s at {LATE} s of an hour of {extension}, {backend or 'none named'}",
        _load(path, start, backend),
        others,
        goals,
    )


def _load(path: str, start: int, backend: str | None) -> object:
    return lambda: dispatcher.load(path, start, files.SLOW, backend=backend)


@pytest.mark.parametrize("minutes", [1, 4, 60, 240])
@pytest.mark.parametrize("extension", ["wav", "flac", "bare.mp3"])
def test_growth(race: Race, extension: str, minutes: int) -> None:
    path = files.long(extension, minutes)
    start = (minutes * 60 - 10) * files.SLOW
    race(
        f"1 s, 10 s before the end of {minutes} min of {extension}, none named",
        _load(path, start, None),
        {"raw soundfile": lambda: peers.fresh_soundfile(path, start, files.SLOW)},
    )


@pytest.mark.parametrize("backend", [None, "soundfile"])
@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "ogg", "m4a"])
def test_random_pieces(race: Race, extension: str, backend: str | None) -> None:
    if extension == "m4a" and backend:
        pytest.skip("libsndfile reads no m4a")
    path, generator = files.minute(extension), random.Random(0)
    starts = [generator.randrange(59 * files.RATE) for _ in range(20)]
    against = {
        "TorchCodec": lambda: [
            peers.torchcodec(path, start / files.RATE, start / files.RATE + 0.5) for start in starts
        ]
    }
    if extension != "m4a":
        against["raw soundfile"] = lambda: [
            peers.fresh_soundfile(path, start, files.RATE // 2) for start in starts
        ]
    race(
        f"20 random half seconds of a minute of {extension}, {backend or 'none named'}",
        lambda: [
            dispatcher.load(path, start, files.RATE // 2, backend=backend) for start in starts
        ],
        against,
    )
