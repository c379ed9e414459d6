"""Mixed loads, infos and saves, good ones and failing ones, chosen by a number; and what they leave behind."""

import contextlib
import ctypes
import dataclasses
import gc
import io
import pathlib
import random
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import torch

import compat
import dispatcher
from tests.conftest import ASSETS
from tests.reliability import process

_WAVE = torch.sin(torch.arange(4000) / 10).repeat(2, 1) / 2
_READ = (
    "stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg", "mono_s16.sph", "stereo_f32.wav", "stereo_24.flac",
    "mono_vbr.mp3", "stereo.m4a", "stereo.opus", "cut_in_data.wav", "cut.mp3", "text.wav", "video_only.mp4", "empty.wav", "mono_s16.wav",
)  # fmt: skip
_WRITE = ("wav", "flac", "mp3", "ogg")


@dataclasses.dataclass
class Left:
    """What a run left behind: open files, and bytes of resident memory after the warm-up and at the end."""

    calls: int
    seconds: float
    files_before: int
    files_after: int
    warm: int
    end: int

    @property
    def growth(self) -> int:
        return self.end - self.warm


def _place(chance: random.Random) -> Any:
    path = ASSETS / chance.choice(_READ)
    return io.BytesIO(path.read_bytes()) if chance.random() < 0.3 else str(path)


def _load(chance: random.Random, torchaudio: Any, _: pathlib.Path) -> None:
    place = _place(chance)
    torchaudio.load(place, chance.choice((0, 0, 100, 10**6)), chance.choice((-1, -1, 50)), backend=_backend(chance, place))


def _info(chance: random.Random, torchaudio: Any, _: pathlib.Path) -> None:
    place = _place(chance)
    torchaudio.info(place, backend=_backend(chance, place))


def _save(chance: random.Random, torchaudio: Any, folder: pathlib.Path) -> None:
    extension = chance.choice(_WRITE)
    place: Any = io.BytesIO() if chance.random() < 0.3 else str(folder / f"x.{extension}")
    bits = 12 if chance.random() < 0.1 else None
    torchaudio.save(place, _WAVE, 16000, format=extension, bits_per_sample=bits, backend=_backend(chance, place))


def _backend(chance: random.Random, place: object) -> str | None:
    names = [name for name in dispatcher.list_audio_backends() if name != "sox" or isinstance(place, str)]
    return chance.choice([None, *names])


_KINDS: tuple[Callable[[random.Random, Any, pathlib.Path], None], ...] = (_load, _load, _load, _info, _save)


def settled() -> int:
    """Resident memory in bytes, once what is not needed has been given back to the system."""
    ctypes.CDLL(None).malloc_trim(0)
    return process.resident()


def run(count: int, *, collector: bool = True, warm_up: int = 1000, seed: int = 1) -> Left:
    """Make ``count`` calls in this process; without ``collector``, Python's garbage collector is off throughout."""
    torchaudio, chance = compat.standin("2.2"), random.Random(seed)
    gc.collect()
    if not collector:
        gc.disable()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(dir=process.memory_folder()) as name, warnings.catch_warnings(action="ignore"):
            folder = pathlib.Path(name)
            files = warm = 0
            for number in range(warm_up + count):
                if number == warm_up:
                    files, warm = process.open_files(), settled()
                with contextlib.suppress(RuntimeError, ValueError, TypeError):
                    chance.choice(_KINDS)(chance, torchaudio, folder)
            return Left(count, time.monotonic() - began, files, process.open_files(), warm, settled())
    finally:
        gc.enable()
