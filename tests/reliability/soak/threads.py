"""Many threads on the same paths, with mixed backends and stand-ins of several releases: no wrong sample."""

import functools
import itertools
import pathlib
import random
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor

import torch

import compat
from tests.conftest import ASSETS
from tests.reliability import process

_RELEASES = ("2.1", "2.2", "2.8")
_READ = ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo_f32.wav", "stereo_24.flac", "six_s16.wav")
_PIECES = ((0, -1), (100, 1000), (1500, -1))


def run(threads: int, rounds: int) -> tuple[int, list[str]]:
    """How many calls were compared, and what was wrong."""
    # in 2.0 the backend is global, and one thread's choice is that of all
    loads = {"2.0": compat.standin("2.0").load}
    for release in _RELEASES:
        module = compat.standin(release)
        loads |= {f"{release} {name}": functools.partial(module.load, backend=name) for name in module.list_audio_backends()}
    save, wrong = compat.standin("2.2").save, list[str]()

    def read(which: str, name: str, piece: tuple[int, int]) -> torch.Tensor:
        return torch.as_tensor(loads[which](str(ASSETS / name), *piece)[0])

    def work(number: int) -> int:
        chance = random.Random(number)
        try:
            for _ in range(rounds):
                case = chance.choice(list(loads)), chance.choice(_READ), chance.choice(_PIECES)
                if not torch.equal(read(*case), expected[case]):
                    wrong.append(str(case))
                if chance.random() < 0.1:
                    wave, backend = torch.full((1, 500), number / 100), chance.choice(("ffmpeg", "soundfile"))
                    save(path, wave, 16000, encoding="PCM_F", bits_per_sample=32, backend=backend)
                    again = loads["2.2 ffmpeg"](path)[0]
                    if again.shape != (1, 500) or bool((again != again[0, 0]).any()):
                        wrong.append("a file that several threads saved is a mixture")
        except Exception as why:
            wrong.append(f"{type(why).__name__}: {why}")
            return 0
        return rounds

    with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory(dir=process.memory_folder()) as folder:
        path = str(pathlib.Path(folder, "shared.wav"))
        expected = {case: read(*case) for case in itertools.product(loads, _READ, _PIECES)}
        with ThreadPoolExecutor(threads) as pool:
            return sum(pool.map(work, range(threads))), wrong
