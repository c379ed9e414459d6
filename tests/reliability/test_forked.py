"""A plain ``os.fork`` after the parent has used torch's threads and decoded: the child reads and writes, and waits for nobody."""

from __future__ import annotations

import os
import pathlib
import signal
import time
from collections.abc import Iterator

import pytest
import torch

import dispatcher

SECONDS = 60


@pytest.fixture
def threads() -> Iterator[None]:
    """Threads of torch's own, however few processors there are: with one alone, nothing could be waited for."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", pytest.param("sox", marks=pytest.mark.libsox)])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("threads")
def test_a_forked_child_waits_for_no_thread_of_the_parent(backend: str, tmp_path: pathlib.Path) -> None:
    """torch's threads are gone in it, and a copy by torch of more than a few thousand samples would wait for them for ever."""
    path = str(tmp_path / "x.wav")
    wave = torch.rand(2, 1 << 18) - 0.5
    torch.rand(2, 1 << 20).t().contiguous()
    dispatcher.save(path, wave, 16000, backend=backend)
    dispatcher.load(path, backend=backend)
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
    end, done, status = time.monotonic() + SECONDS, 0, 0
    while not done and time.monotonic() < end:
        time.sleep(0.01)
        done, status = os.waitpid(pid, os.WNOHANG)
    if not done:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert done, "the child hangs"
    assert os.waitstatus_to_exitcode(status) == 7
