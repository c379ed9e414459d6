"""The soak at a small scale, and interrupts."""

from __future__ import annotations

import os
import pathlib
import signal
import time
import warnings
from collections.abc import Iterator

import pytest
import torch

import dispatcher
from tests.reliability import process
from tests.reliability.soak import calls, threads, workers

_GROWTH = 10 * 2**20


@pytest.mark.parametrize("collector", [True, False], ids=["collected", "not collected"])
def test_many_calls_leave_nothing(collector: bool) -> None:
    """No file open, no memory taken; with Python's garbage collector off, too."""
    left = calls.run(600, collector=collector, warm_up=300)
    assert left.files_after == left.files_before
    assert left.growth < _GROWTH


def test_threads_on_shared_paths_get_the_right_samples() -> None:
    """Of several releases and backends at once."""
    compared, wrong = threads.run(16, 12)
    assert not wrong
    assert compared == 16 * 12


@pytest.mark.parametrize(("method", "count"), [("fork", 8), ("spawn", 2)])
def test_workers_do_not_hang_after_the_parent_has_decoded(method: str, count: int) -> None:
    """A spawned one costs an import of torch each, so fewer of them."""
    came, wrong, _ = workers.run(method, 1, count, 12)
    assert not wrong
    assert came == 12


def test_a_forked_child_waits_for_no_thread_of_torch(tmp_path: pathlib.Path) -> None:
    """Not even where it is no data loader's: torch's threads are gone in it, and a copy by torch would wait for them."""
    path = str(tmp_path / "x.wav")
    wave = torch.rand(2, 1 << 18) - 0.5
    torch.rand(2, 1 << 20).t().contiguous()
    for backend in dispatcher.list_audio_backends():
        pid = os.fork()
        if pid == 0:
            try:
                dispatcher.save(path, wave, 16000, backend=backend)
                for first in (True, False):
                    dispatcher.load(path, channels_first=first, backend=backend)
                    dispatcher.load(path, channels_first=first, normalize=False, backend=backend)
                os._exit(7)
            finally:
                os._exit(1)
        end = time.monotonic() + 60
        while (done := os.waitpid(pid, os.WNOHANG))[0] == 0 and time.monotonic() < end:
            time.sleep(0.02)
        if done[0] == 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(done[1]) == 7, backend


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", pytest.param("sox", marks=pytest.mark.libsox)])
def test_an_interrupt_leaves_nothing_open(backend: str, tmp_path: pathlib.Path) -> None:
    """Wherever in a load, an info or a save it comes."""
    path, new = str(tmp_path / "x.flac"), tmp_path / "new.flac"
    wave = torch.rand(2, 400_000) - 0.5
    dispatcher.save(path, wave, 16000, backend="soundfile")
    dispatcher.load(path, backend=backend)
    before, interrupted = process.open_files(), 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(12):
            signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.004 * number)
            try:
                while True:
                    dispatcher.load(path, backend=backend)
                    dispatcher.info(path, backend=backend)
                    dispatcher.save(str(new), wave[:, :50_000], 16000, backend=backend)
            except KeyboardInterrupt:
                interrupted += 1
            assert process.open_files() == before
    assert interrupted == 12
    assert {name.name for name in tmp_path.iterdir()} <= {"x.flac", "new.flac"}
    assert dispatcher.load(path, backend=backend)[0].shape == wave.shape


@pytest.fixture(autouse=True)
def _interrupts() -> Iterator[None]:
    """The alarm raises what Ctrl-C raises."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
