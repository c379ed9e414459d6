"""``python -m tests.reliability.soak [PART ...]``: many calls, threads and workers; 1 where anything is left open, grown, hung or wrong.

``test_soak.py`` runs the same at a smaller scale.
"""

import contextlib
import functools
import gc
import io
import itertools
import os
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

import compat
import dispatcher
from tests.conftest import ASSETS
from tests.reliability import process

_GROWTH = 10 * 2**20
_WAVE = torch.sin(torch.arange(4000) / 10).repeat(2, 1) / 2
_GOOD = ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo_f32.wav", "stereo_24.flac", "six_s16.wav")
_READ = (
    *_GOOD, "mono_s16.sph", "mono_vbr.mp3", "stereo.m4a", "stereo.opus", "cut_in_data.wav", "cut.mp3", "text.wav", "video_only.mp4",
    "empty.wav", "mono_s16.wav", "moving.mp4",
)  # fmt: skip
_PIECES = ((0, -1), (100, 1000), (1500, -1))
_SECONDS = 120


def calls(count: int, *, collector: bool, warm_up: int = 1000) -> tuple[int, int]:
    """Make mixed calls, good ones and failing ones, in this process; without ``collector``, Python's garbage collector is off.

    Gives how many files are open, and bytes of memory resident, beyond those after the warm-up.
    """
    torchaudio, chance = compat.standin("2.2"), random.Random(1)
    gc.collect()
    if not collector:
        gc.disable()
    try:
        with tempfile.TemporaryDirectory(dir=process.memory_folder()) as folder, warnings.catch_warnings(action="ignore"):
            files = memory = 0
            for number in range(warm_up + count):
                if number == warm_up:
                    files, memory = process.open_files(), process.settled()
                with contextlib.suppress(RuntimeError, ValueError, TypeError):
                    _call(torchaudio, chance, folder)
            return process.open_files() - files, process.settled() - memory
    finally:
        gc.enable()


def _call(torchaudio: Any, chance: random.Random, folder: str) -> None:
    """Load, tell of, save, or read in pieces a file, by path or by file object, through any backend."""
    what, as_object = chance.choice(("load", "load", "load", "info", "save", "read", "write")), chance.random() < 0.3
    names = [name for name in dispatcher.list_audio_backends() if name != "sox" or not as_object]
    backend, path, extension = chance.choice([None, *names]), ASSETS / chance.choice(_READ), chance.choice(("wav", "flac", "mp3", "ogg"))
    place: Any = io.BytesIO(path.read_bytes()) if as_object else str(path)
    target: Any = io.BytesIO() if as_object else os.path.join(folder, f"x.{extension}")
    if what == "load":
        torchaudio.load(place, chance.choice((0, 0, 100, 10**6)), chance.choice((-1, -1, 50)), backend=backend)
    elif what == "info":
        torchaudio.info(place, backend=backend)
    elif what == "save":
        bits = 12 if chance.random() < 0.1 else None
        torchaudio.save(target, _WAVE, 16000, format=extension, bits_per_sample=bits, backend=backend)
    elif what == "read":
        reader = torchaudio.io.StreamReader(place)
        if reader.default_video_stream is not None:
            reader.add_basic_video_stream(5)
        reader.add_basic_audio_stream(1000, sample_rate=8000)
        for _ in itertools.islice(reader.stream(), chance.choice((1, None))):
            pass
    else:
        writer = torchaudio.io.StreamWriter(target, format=extension)
        writer.add_audio_stream(16000, 2)
        writer.open()
        writer.write_audio_chunk(0, _WAVE.T)
        if chance.random() < 0.5:  # or it is dropped
            writer.close()


def threads(number: int, rounds: int) -> tuple[int, list[str]]:
    """Read the same paths in many threads, with mixed backends and stand-ins of several releases.

    Gives how many calls were compared, and what was wrong.
    """
    # in 2.0 the backend is global, and one thread's choice is that of all
    loads = {"2.0": compat.standin("2.0").load}
    for release in ("2.1", "2.2", "2.8"):
        module = compat.standin(release)
        loads |= {f"{release} {name}": functools.partial(module.load, backend=name) for name in module.list_audio_backends()}
    wrong = list[str]()

    def read(which: str, name: str, piece: tuple[int, int]) -> torch.Tensor:
        return torch.as_tensor(loads[which](str(ASSETS / name), *piece)[0])

    def work(thread: int) -> int:
        chance = random.Random(thread)
        for _ in range(rounds):
            case = chance.choice(list(loads)), chance.choice(_GOOD), chance.choice(_PIECES)
            if not torch.equal(read(*case), expected[case]):
                wrong.append(str(case))
            if chance.random() < 0.1:
                wave, backend = torch.full((1, 500), thread / 100), chance.choice(("ffmpeg", "soundfile"))
                dispatcher.save(path, wave, 16000, encoding="PCM_F", bits_per_sample=32, backend=backend)
                again = loads["2.2 ffmpeg"](path)[0]
                if again.shape != (1, 500) or bool((again != again[0, 0]).any()):
                    wrong.append("a file that several threads saved is a mixture")
        return rounds

    with warnings.catch_warnings(action="ignore"), tempfile.TemporaryDirectory(dir=process.memory_folder()) as folder:
        path = os.path.join(folder, "shared.wav")
        expected = {case: read(*case) for case in itertools.product(loads, _GOOD, _PIECES)}
        with ThreadPoolExecutor(number) as pool:
            return sum(pool.map(work, range(number))), wrong


class _Files(Dataset[tuple[int, torch.Tensor]]):
    """Every file through every backend; spawned workers import it."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> tuple[int, torch.Tensor]:
        names = dispatcher.list_audio_backends()
        return index, dispatcher.load(str(ASSETS / _GOOD[index % 4]), backend=names[index // 4 % len(names)])[0]


def workers(method: str, rounds: int, number: int = 8, size: int = 24) -> tuple[int, list[str]]:
    """Load in the workers of a data loader, forked or spawned after this process has decoded; they may not hang.

    Gives how many samples came, and what was wrong.
    """
    warnings.simplefilter("ignore")
    files, wrong, came = _Files(size), list[str](), 0
    # big enough for torch to copy with threads of its own, which a fork leaves behind
    torch.rand(2, 1 << 20).t().contiguous()
    expected = [files[index][1] for index in range(size)]
    for each in range(rounds):
        try:
            for index, waveform in DataLoader(files, None, num_workers=number, multiprocessing_context=method, timeout=_SECONDS):
                came += 1
                if not torch.equal(waveform, expected[index]):
                    wrong.append(f"round {each}, sample {index}")
        except RuntimeError as why:
            wrong.append(f"round {each}: {why}")
    return came, wrong


PARTS: dict[str, Callable[[], tuple[int, Any]]] = {
    "calls": functools.partial(calls, 20_000, collector=True),
    "calls without garbage collector": functools.partial(calls, 20_000, collector=False),
    "threads": functools.partial(threads, 16, 500),
    "fork": functools.partial(workers, "fork", 50),
    "spawn": functools.partial(workers, "spawn", 50),
}


def main() -> int:
    bad = False
    for name in sys.argv[1:] or PARTS:
        began = time.monotonic()
        number, found = PARTS[name]()
        seconds = time.monotonic() - began
        if name.startswith("calls"):
            bad = bad or number != 0 or found > _GROWTH
            print(f"{name}: {number} more open files, {found / 2**20:.1f} MiB more resident memory, {seconds:.0f} s", flush=True)
        else:
            bad = bad or bool(found)
            print(f"{name}: {number} samples compared, wrong: {found[:5] or 'none'}, {seconds:.0f} s", flush=True)
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
