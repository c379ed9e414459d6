"""Many threads on the same paths, with mixed backends and stand-ins of several releases: no wrong sample."""

import pathlib
import random
import tempfile
import threading
import warnings
from typing import Any

import torch

import compat
from tests.conftest import ASSETS
from tests.reliability import process

_RELEASES = ("2.0", "2.1", "2.2", "2.8")
_READ = ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo_f32.wav", "stereo_24.flac", "six_s16.wav")
_PIECES = ((0, -1), (100, 1000), (1500, -1))


def run(threads: int, rounds: int) -> tuple[int, list[str]]:
    """How many calls were compared, and what was wrong."""
    with warnings.catch_warnings(action="ignore"):
        modules = {release: compat.standin(release) for release in _RELEASES}
        cases = [(release, backend) for release, module in modules.items() for backend in _backends(module, release)]
        expected: dict[tuple[Any, ...], torch.Tensor] = {}
        for release, backend in cases:
            for name in _READ:
                for piece in _PIECES:
                    expected[release, backend, name, piece] = _read(modules[release], release, backend, ASSETS / name, piece)
        wrong: list[str] = []
        compared = [0] * threads
        with tempfile.TemporaryDirectory(dir=process.memory_folder()) as folder:

            def work(number: int) -> None:
                chance = random.Random(number)
                try:
                    for _ in range(rounds):
                        release, backend = chance.choice(cases)
                        name, piece = chance.choice(_READ), chance.choice(_PIECES)
                        got = _read(modules[release], release, backend, ASSETS / name, piece)
                        if not torch.equal(got, expected[release, backend, name, piece]):
                            wrong.append(f"{release} {backend} {name} {piece}")
                        compared[number] += 1
                        if chance.random() < 0.1:
                            wave = torch.full((1, 500), number / 100)
                            path = str(pathlib.Path(folder, "shared.wav"))
                            modules["2.2"].save(path, wave, 16000, encoding="PCM_F", bits_per_sample=32, backend=_per_call(chance))
                            again = modules["2.2"].load(path)[0]
                            if again.shape != (1, 500) or bool((again != again[0, 0]).any()):
                                wrong.append("a file that several threads saved is a mixture")
                except Exception as why:
                    wrong.append(f"{type(why).__name__}: {why}")

            running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
            for thread in running:
                thread.start()
            for thread in running:
                thread.join()
        return sum(compared), wrong


def _per_call(chance: random.Random) -> str:
    return chance.choice(("ffmpeg", "soundfile"))


def _backends(module: Any, release: str) -> list[str]:
    """The names that this release reads with; in 2.0 the backend is global, and one thread's choice is that of all."""
    if release == "2.0":
        return ["global"]
    return [name for name in module.list_audio_backends() if name in ("ffmpeg", "sox", "soundfile")]


def _read(module: Any, release: str, backend: str, path: pathlib.Path, piece: tuple[int, int]) -> torch.Tensor:
    waveform: torch.Tensor
    if release == "2.0":
        waveform, _ = module.load(str(path), *piece)
    else:
        waveform, _ = module.load(str(path), *piece, backend=backend)
    return waveform
