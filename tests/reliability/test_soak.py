"""Many calls, threads and workers: nothing is left open, grown, hung or wrong. ``make soak`` makes SOAK times as many."""

import contextlib
import functools
import gc
import io
import itertools
import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

import compat
import dispatcher
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests.conftest import ASSETS, BACKENDS
from tests.reliability import process

TIMES = int(os.environ.get("SOAK", "1"))
MB = 1 << 20
RATE = 4000
WAVE = torch.sin(torch.arange(4000) / 10).repeat(2, 1) / 2
GOOD = ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo_f32.wav", "stereo_24.flac", "six_s16.wav")
READ = (
    *GOOD, "mono_s16.sph", "mono_vbr.mp3", "stereo.m4a", "stereo.opus", "cut_in_data.wav", "cut.mp3", "text.wav", "video_only.mp4",
    "empty.wav", "mono_s16.wav", "moving.mp4",
)  # fmt: skip
PIECES = ((0, -1), (100, 1000), (1500, -1))
SECONDS = 120


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("collector", [True, False], ids=["collected", "not collected"])
def test_many_calls_leave_nothing(collector: bool) -> None:
    """Neither open files nor memory, beyond what the first calls took; without Python's garbage collector too."""
    torchaudio, chance = compat.standin("2.2"), random.Random(1)
    gc.collect()
    if not collector:
        gc.disable()
    try:
        for number in range(300 + 600 * TIMES):
            if number == 300:
                files, memory = process.open_files(), process.settled()
            with contextlib.suppress(RuntimeError, ValueError, TypeError):
                _call(torchaudio, chance)
        assert process.open_files() == files
        assert process.settled() - memory < (4 if TIMES == 1 else 10) * MB
    finally:
        gc.enable()


def _call(torchaudio: Any, chance: random.Random) -> None:
    """Load, tell of, save, or read in pieces a file, by path or by file object, through any backend."""
    what, as_object = chance.choice(("load", "load", "load", "info", "save", "read", "write")), chance.random() < 0.3
    names = [name for name in dispatcher.list_audio_backends() if name != "sox" or not as_object]
    backend, path, extension = chance.choice([None, *names]), ASSETS / chance.choice(READ), chance.choice(("wav", "flac", "mp3", "ogg"))
    place: Any = io.BytesIO(path.read_bytes()) if as_object else str(path)
    target: Any = io.BytesIO() if as_object else f"x.{extension}"
    if what == "load":
        torchaudio.load(place, chance.choice((0, 0, 100, 10**6)), chance.choice((-1, -1, 50)), backend=backend)
    elif what == "info":
        torchaudio.info(place, backend=backend)
    elif what == "save":
        bits = 12 if chance.random() < 0.1 else None
        torchaudio.save(target, WAVE, 16000, format=extension, bits_per_sample=bits, backend=backend)
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
        writer.write_audio_chunk(0, WAVE.T)
        if chance.random() < 0.5:  # or it is dropped
            writer.close()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo_cbr.mp3", "stereo.m4a", "text.wav", "empty.wav", "video_only.mp4", "cut.flac"])
def test_no_call_leaves_work_for_the_collector(name: str, backend: str) -> None:
    """Failing ones above all, whose errors hold the frames that they passed through."""

    def call() -> None:
        for read in (dispatcher.load, dispatcher.info):
            with contextlib.suppress(RuntimeError):
                read(str(ASSETS / name), backend=backend)

    call()
    gc.collect()
    for _ in range(5):
        call()
    assert gc.collect() <= 10 * _left_by_python()


@functools.cache
def _left_by_python() -> int:
    """Return what one error may leave for the collector: nothing, unless Python's own ``contextlib`` leaves something.

    That of 3.12.1 and 3.13.0 does where a block turns one error into another.
    """

    @contextlib.contextmanager
    def worded() -> Iterator[None]:
        try:
            yield
        except ValueError as why:
            raise RuntimeError from why

    gc.collect()
    with contextlib.suppress(RuntimeError), worded():
        raise ValueError
    return 100 if gc.collect() else 0


@pytest.mark.filterwarnings("ignore")
def test_threads_on_shared_paths_get_the_right_samples() -> None:
    """With mixed backends and stand-ins of several releases; of a file that several save, each is whole."""
    # in 2.0 the backend is global, and one thread's choice is that of all
    loads = {"2.0": compat.standin("2.0").load}
    for release in ("2.1", "2.2", "2.8"):
        module = compat.standin(release)
        loads |= {f"{release} {name}": functools.partial(module.load, backend=name) for name in module.list_audio_backends()}

    def read(which: str, name: str, piece: tuple[int, int]) -> torch.Tensor:
        return torch.as_tensor(loads[which](str(ASSETS / name), *piece)[0])

    expected = {case: read(*case) for case in itertools.product(loads, GOOD, PIECES)}

    def work(thread: int) -> None:
        chance = random.Random(thread)
        for _ in range(12 * TIMES):
            case = chance.choice(list(loads)), chance.choice(GOOD), chance.choice(PIECES)
            assert torch.equal(read(*case), expected[case]), case
            if chance.random() < 0.1:
                wave, backend = torch.full((1, 500), thread / 100), chance.choice(("ffmpeg", "soundfile"))
                dispatcher.save("shared.wav", wave, 16000, encoding="PCM_F", bits_per_sample=32, backend=backend)
                again = loads["2.2 ffmpeg"]("shared.wav")[0]
                assert again.shape == (1, 500)
                assert bool((again == again[0, 0]).all()), "a mixture of what several threads saved"

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [None] * 16


class _Files(Dataset[torch.Tensor]):
    """Every file through every backend; spawned workers import it."""

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> torch.Tensor:
        names = dispatcher.list_audio_backends()
        return dispatcher.load(str(ASSETS / GOOD[index % 4]), backend=names[index // 4 % len(names)])[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["fork", "spawn"][: 1 if TIMES == 1 else 2])
def test_workers_do_not_hang_after_the_parent_has_decoded(method: str) -> None:
    """Spawned ones cost an import of torch each, and are left to ``make soak``."""
    # big enough for torch to copy with threads of its own, which a fork leaves behind
    torch.rand(2, 1 << 20).t().contiguous()
    expected = [_Files()[index] for index in range(12)]
    for _ in range(TIMES):
        found = list(DataLoader(_Files(), None, num_workers=8, multiprocessing_context=method, timeout=SECONDS))
        assert [torch.equal(*pair) for pair in zip(found, expected, strict=True)] == [True] * 12


def test_an_hour_of_sound_takes_no_more_memory_than_a_minute() -> None:
    minute = torch.randint(-20000, 20000, (60 * RATE, 1), dtype=torch.int16)
    writer = StreamWriter("hour.flac")
    writer.add_audio_stream(RATE, 1, "s16", encoder_option={"compression_level": "0"})
    memory = 0
    with writer.open() as opened:
        for number in range(60):
            opened.write_audio_chunk(0, minute)
            memory = memory or process.settled()
            assert process.settled() - memory < 8 * MB, number
    reader = StreamReader("hour.flac")
    reader.add_basic_audio_stream(RATE)
    memory, frames = 0, 0
    for number, (chunk,) in enumerate(reader.stream()):
        assert chunk is not None
        frames += len(chunk)
        if number == 60:
            memory = process.settled()
    assert frames == 3600 * RATE
    assert process.settled() - memory < 8 * MB
    assert sys.getrefcount(reader) < 5
