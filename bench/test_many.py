"""Many short files; ``info`` of a thousand; what a call costs beyond its library."""

from __future__ import annotations

from typing import Any

import pytest

import compat
import dispatcher
from bench import files, peers
from bench.conftest import Race
from dispatcher import Chooser, Registry, Settings
from dispatcher.requests import Leniency


@pytest.mark.parametrize("backend", [None, "ffmpeg", "soundfile"])
def test_short_files(race: Race, backend: str | None) -> None:
    paths = files.short(200)
    race(
        f"200 wav files of 1 s, {backend or 'none named'}",
        lambda: [dispatcher.load(path, backend=backend) for path in paths],
        {
            "raw soundfile": lambda: [peers.fresh_soundfile(path) for path in paths],
            "torchaudio 2.2.2": lambda: [peers.torchaudio(path) for path in paths],
            "naive PyAV": lambda: [peers.naive_pyav(path) for path in paths],
            "TorchCodec": lambda: [peers.torchcodec(path) for path in paths],
        },
        {"raw soundfile": 2.0},
    )


@pytest.mark.parametrize("release", ["2.0", "2.2"])
def test_legacy(race: Race, release: str) -> None:
    old = compat.standin(release, backends=["soundfile"])
    paths = files.short(200)
    race(
        f"200 wav files of 1 s, torchaudio {release} of ours, soundfile",
        lambda: [old.load(path) for path in paths],
        {
            "raw soundfile": lambda: [peers.fresh_soundfile(path) for path in paths],
            "torchaudio 2.2.2": lambda: [peers.torchaudio(path) for path in paths],
        },
        {"raw soundfile": 2.0},
    )


@pytest.mark.parametrize("backend", [None, "soundfile"])
def test_info(race: Race, backend: str | None) -> None:
    paths = files.short(1000)
    race(
        f"info of 1,000 wav files, {backend or 'none named'}",
        lambda: [dispatcher.info(path, backend=backend) for path in paths],
        {
            "torchaudio 2.2.2": lambda: [peers.torchaudio_info(path) for path in paths],
            "TorchCodec": lambda: [peers.torchcodec_info(path) for path in paths],
        },
    )


@pytest.mark.parametrize("extension", ["wav", "flac", "mp3", "bare.mp3"])
def test_info_of_an_hour(race: Race, extension: str) -> None:
    path = files.long(extension)
    assert dispatcher.info(path).num_frames == dispatcher.load(path)[0].shape[1]
    race(
        f"info of an hour of {extension}, none named",
        lambda: dispatcher.info(path),
        {
            "itself, from the start": lambda: peers.idle_pyav(path),
            "TorchCodec": lambda: peers.torchcodec_info(path),
        },
        {"itself, from the start": 1 / 100},
    )


class _Nothing:
    """A backend that does nothing, so that what is left is ours."""

    name = "nothing"
    leniency = Leniency()

    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def test_the_choice(race: Race) -> None:
    chooser = Chooser(Registry(), Settings())
    race(
        "choosing a backend 1,000 times, none named",
        lambda: [chooser.reader(None, "x.wav", None) for _ in range(1000)],
        {},
    )


def test_the_call(race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    chooser = Chooser(Registry(), Settings())
    monkeypatch.setattr(chooser, "reader", lambda *_: _Nothing())
    functions = dispatcher.functions(chooser)
    race(
        "what load adds to its backend, 1,000 times",
        lambda: [functions.load("x.wav") for _ in range(1000)],
        {},
    )
