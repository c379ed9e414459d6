"""What tests of reliability share: a file that nobody may open, a server, signals, and the garbage collector switched off."""

import gc
import pathlib
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import ASSETS
from tests.reliability import server, watch


@pytest.fixture
def canary(tmp_path: pathlib.Path) -> Iterator[watch.Watch]:
    """A good audio file that nobody may open: at the end of the test nobody must have."""
    path = tmp_path / "canary.wav"
    path.write_bytes((ASSETS / "mono_s16.wav").read_bytes())
    (tmp_path / "x.sub").symlink_to(path)
    with watch.watching(path) as seen:
        yield seen


@pytest.fixture
def web() -> Iterator[server.Server]:
    with server.Server() as running:
        yield running


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Python's garbage collector is off, after it has run."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def handle() -> Iterator[Callable[..., Any]]:
    """Set the handler of a signal, as ``signal.signal`` does; at the end no alarm is left, and the old handlers are back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGUSR1)}
    yield signal.signal
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)
