"""A plain ``os.fork`` after the parent has used torch's threads and decoded: the child reads and writes, and waits for nobody."""

import contextlib
import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import pytest
import torch

import compat
import dispatcher
from dispatcher import forks
from tests.conftest import BACKENDS
from tests.reliability import process

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture
def threads() -> Iterator[None]:
    """Threads of torch's own, however few processors there are: with one alone, nothing could be waited for."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.usefixtures("threads")
def test_a_forked_child_waits_for_no_thread_of_the_parent(backend: str) -> None:
    """torch's threads are gone in it, and a copy by torch of more than a few thousand samples would wait for them for ever."""
    wave = torch.rand(2, 1 << 18) - 0.5
    torch.rand(2, 1 << 20).t().contiguous()
    dispatcher.save("x.wav", wave, 16000, backend=backend)
    dispatcher.load("x.wav", backend=backend)

    def work() -> None:
        dispatcher.save("x.wav", wave, 16000, backend=backend)
        for first in (True, False):
            dispatcher.load("x.wav", channels_first=first, backend=backend)
            dispatcher.load("x.wav", channels_first=first, normalize=False, backend=backend)

    assert process.finished(work) == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_child_forked_while_another_thread_holds_every_lock_does_not_wait_for_it(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is gone in the child, and nobody would ever let go."""
    for shared in list(forks._all):
        monkeypatch.setattr(shared, "patience", 0.1)
    wave = torch.rand(2, 1000) - 0.5

    def work() -> None:
        dispatcher.save("x.flac", wave, 16000, backend=backend)
        dispatcher.load("x.flac", backend=backend)
        compat.install("2.0")

    work()
    compat.uninstall()
    with ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as held:
        for shared in list(forks._all):
            pool.submit(shared.lock.acquire).result()
            held.callback(lambda lock: pool.submit(lock.release).result(), shared.lock)
        assert process.finished(work) == 0
    assert dispatcher.load("x.flac", backend=backend)[0].shape == wave.shape


@pytest.mark.parametrize("backend", BACKENDS)
def test_children_forked_while_threads_load_can_load(backend: str) -> None:
    """As the workers of a data loader are, in a process that loads as well."""
    dispatcher.save("x.flac", torch.rand(2, 5000) - 0.5, 16000, backend=backend)

    def load() -> None:
        dispatcher.load("x.flac", backend=backend)

    with process.busy(load, threads=3):
        for _ in range(8):
            assert process.finished(load) == 0


@pytest.mark.filterwarnings("ignore")
def test_children_forked_while_a_thread_installs_have_a_whole_release() -> None:
    """The fork waits until the other thread is done, and the child may pin, install and uninstall."""
    compat.install("2.0")
    pin = compat.pinned

    def switch() -> None:
        for release in ("2.0", "2.1", "2.2"):
            compat.install(release)
        compat.uninstall()

    def work() -> None:
        with pin("2.8") as torchaudio:
            assert sys.modules["torchaudio"] is torchaudio
            assert torchaudio.__version__.startswith("2.8")
        compat.uninstall()
        assert "torchaudio" not in sys.modules

    with process.busy(switch):
        for _ in range(3):
            assert process.finished(work) == 0
    compat.uninstall()


@pytest.mark.usefixtures("uncollected")
def test_a_child_does_not_wait_for_the_threads_of_filters_that_nothing_holds_any_more() -> None:
    """A failed call may leave them to the collector, as its traceback does."""

    def leave(garbage: list[object]) -> None:
        resampler = av.AudioResampler("s16", "mono", 8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1000), np.float32), "fltp", "mono")
        frame.sample_rate = 16000
        resampler.resample(frame)
        garbage += [garbage, resampler]

    leave([])
    assert process.finished(gc.collect) == 0
