"""The soak at a small scale."""

import contextlib
import functools
import gc
import pathlib
import sys
from collections.abc import Iterator

import pytest
import torch

import dispatcher
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests.conftest import ASSETS, BACKENDS
from tests.reliability import process, soak

MB = 1 << 20
RATE = 4000


@pytest.mark.parametrize("collector", [True, False], ids=["collected", "not collected"])
def test_many_calls_leave_nothing(collector: bool) -> None:
    files, growth = soak.calls(600, collector=collector, warm_up=300)
    assert files == 0
    assert growth < 4 * MB


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


def test_threads_on_shared_paths_get_the_right_samples() -> None:
    assert soak.threads(16, 12) == (16 * 12, [])


def test_forked_workers_do_not_hang_after_the_parent_has_decoded() -> None:
    """Spawned ones cost an import of torch each, and are left to ``make soak``."""
    assert soak.workers("fork", 1, 8, 12) == (12, [])


def test_an_hour_of_sound_takes_no_more_memory_than_a_minute(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "hour.flac")
    minute = torch.randint(-20000, 20000, (60 * RATE, 1), dtype=torch.int16)
    writer = StreamWriter(path)
    writer.add_audio_stream(RATE, 1, "s16", encoder_option={"compression_level": "0"})
    memory = 0
    with writer.open() as opened:
        for number in range(60):
            opened.write_audio_chunk(0, minute)
            memory = memory or process.settled()
            assert process.settled() - memory < 8 * MB, number
    reader = StreamReader(path)
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
