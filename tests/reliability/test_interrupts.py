"""Ctrl-C in the midst of a decode, or while a library asks a file object: it comes through, and nothing stays open."""

import gc
import io
import pathlib
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

import compat
import dispatcher
from dispatcher import interrupts
from dispatcher.reading.collector import Collector
from dispatcher.registry import Registry
from dispatcher.requests import Blocks
from dispatcher.settings import Settings
from tests import streaming
from tests.conftest import ASSETS, BACKENDS
from tests.doubles import Watched, fails
from tests.reliability import process

Handle = Callable[..., Any]


@pytest.fixture(autouse=True)
def _no_gc_callbacks() -> Iterator[None]:
    """Keep out callbacks of the garbage collector, such as Hypothesis', in which Python swallows an interrupt."""
    kept = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks.extend(kept)


def _load_often(path: str, offset: int, backend: str) -> None:
    for _ in range(3):
        dispatcher.load(path, offset, backend=backend)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("extension", ["wav", "flac"])
def test_an_interrupt_in_the_midst_of_a_decode_leaves_nothing_open(
    extension: str, backend: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: not only when Python's garbage collector next runs."""
    path = str(tmp_path / f"x.{extension}")
    wave = torch.rand(2, 400_000) - 0.5
    dispatcher.save(path, wave, 16000, backend="soundfile")
    dispatcher.load(path, backend=backend)
    before, pieces = process.open_files(), 0
    took = Collector.took

    def interrupted(self: Collector, frames: int) -> None:
        nonlocal pieces
        pieces += 1
        took(self, frames)
        if not pieces % 3:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patched:
        patched.setattr(Collector, "took", interrupted)
        for offset in (0, 1000, 100_000):
            with pytest.raises(KeyboardInterrupt):
                _load_often(path, offset, backend)
            assert process.open_files() == before
    assert pieces >= 3
    assert dispatcher.load(path, backend=backend)[0].shape == wave.shape


@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("name", ["x.wav", "x.flac", "x.ogg"])
@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_an_interrupt_within_a_file_object_comes_through(backend: str, name: str, at: int) -> None:
    """As it is: not as an error of the library that asked the object, not only printed, and the library does not read on for ever."""
    data, before = streaming.saved(torch.rand(2, 400_000) - 0.5, 16000, name[2:]), process.open_files()
    for call in (dispatcher.load, dispatcher.info):
        file = Watched(data, read=fails(KeyboardInterrupt, at))
        try:
            call(file, backend=backend)
        except KeyboardInterrupt:
            continue
        assert call is dispatcher.info  # which may have had enough before
        assert file.calls["read"] < at
    assert process.open_files() == before


class LateError(TimeoutError, ValueError):
    """What an alarm raises: an OSError and a ValueError, as errors of files are."""


def _interrupted(call: Callable[[], Any], error: type[BaseException], handle: Handle, enough: int, tries: int) -> int:
    """Interrupt a call again and again at any moment, until the error came through often enough; give how often it did.

    No wrong value comes, no error of another kind, and no file stays open. But Python itself drops what a handler raises while an object
    is finalized.
    """
    chance, fired, hits, dropped = random.Random(2), False, 0, list[Any]()

    def interrupt(*_: object) -> None:
        nonlocal fired
        fired = True
        raise error

    handle(signal.SIGALRM, interrupt)
    expected = call()
    duration, before = min(_seconds(call) for _ in range(3)), process.open_files()  # on a busy machine one may take long
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "unraisablehook", lambda one: dropped.append(one.exc_type))
        while hits < enough and tries:
            tries, fired = tries - 1, False
            dropped.clear()
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-6, duration * 1.2))
                found = call()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except error:
                hits += 1
                assert fired
            else:
                assert not fired or error in dropped, "the interrupt was lost"
                assert expected is None or torch.equal(found, expected)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    assert process.open_files() == before
    assert signal.getsignal(signal.SIGALRM) is interrupt
    return hits


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3"])
def test_many_interrupts_at_any_moment_leave_nothing_open(name: str, backend: str, handle: Handle) -> None:
    """The moment in which a library has opened a path, and nobody has noted it yet, included."""
    path = str(ASSETS / name)
    for call in (
        lambda: dispatcher.load(path, backend=backend)[0],
        lambda: torch.tensor(dispatcher.info(path, backend=backend).num_frames),
    ):
        assert _interrupted(call, KeyboardInterrupt, handle, 150, 10_000) == 150


def _calls(folder: pathlib.Path, backend: str) -> dict[str, Callable[[], Any]]:
    wave, path = torch.rand(1, 30_000) - 0.5, str(folder / "x.flac")
    dispatcher.save(path, wave, 16000, backend=backend)
    data = pathlib.Path(path).read_bytes()
    found: dict[str, Callable[[], Any]] = {"save": lambda: dispatcher.save(str(folder / "y.flac"), wave, 16000, backend=backend)}
    if backend == "sox":
        effects = compat.standin("2.2").sox_effects
        found["effects"] = lambda: effects.apply_effects_file(path, [["speed", "1.1"], ["rate", "8000"]])[0]
    else:
        found["load"] = lambda: dispatcher.load(io.BytesIO(data), backend=backend)[0]
        found["save to an object"] = lambda: dispatcher.save(io.BytesIO(), wave, 16000, format="flac", backend=backend)

    def streamed() -> torch.Tensor:
        place = path if backend == "sox" else io.BytesIO(data)
        with Registry().get(backend).stream(Blocks(place, True, None, 4096, 4000), Settings()) as file:
            return torch.cat([torch.from_numpy(block) for block in file.blocks], 1)

    found["stream"] = streamed
    if backend == "ffmpeg":
        found |= _streams(wave.T.contiguous(), path, data)
    old = compat.standin("2.0")
    found["2.0"] = lambda: old.load(path)[0]
    found["2.9"] = lambda: compat.standin("2.9").save(str(folder / "z.wav"), wave, 16000)
    return found


def _streams(wave: torch.Tensor, path: str, data: bytes) -> dict[str, Callable[[], Any]]:
    """The classes of `torchaudio.io`, on `[time, channel]`."""

    def write(place: Any, format: str | None = None) -> None:
        writer = compat.io.StreamWriter(place, format=format)
        writer.add_audio_stream(16000, 1)
        with writer.open():
            for chunk in wave.split(4000):
                writer.write_audio_chunk(0, chunk)

    effect, codec = compat.io.AudioEffector("lowpass=f=900"), compat.io.AudioEffector(format="mp3")
    return {
        "reader": lambda: streaming.chunks(compat.io.StreamReader(path), 2000, buffer_chunk_size=-1),
        "reader of an object": lambda: streaming.chunks(compat.io.StreamReader(io.BytesIO(data)), 2000, buffer_chunk_size=-1),
        "writer": lambda: write(str(pathlib.Path(path).with_name("w.flac"))),
        "writer to an object": lambda: write(io.BytesIO(), "flac"),
        "effector": lambda: effect.apply(wave, 16000),
        "codec in pieces": lambda: torch.cat(list(codec.stream(wave, 16000, 4000))),
    }


@pytest.mark.parametrize("error", [KeyboardInterrupt, LateError])
@pytest.mark.parametrize("backend", BACKENDS)
def test_whatever_the_call_an_interrupt_comes_through_or_the_call_completes(
    backend: str, error: type[BaseException], tmp_path: pathlib.Path, handle: Handle
) -> None:
    """And no part of a file is left, whatever the moment."""
    for name, call in _calls(tmp_path, backend).items():
        assert _interrupted(call, error, handle, 25, 400), name
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], name


def test_a_handler_that_does_not_raise_stops_nothing_and_runs_once(handle: Handle) -> None:
    """And the handlers that were there are there afterwards, those that a call's file object puts in place as well."""
    wave, ran = torch.rand(2, 200_000) - 0.5, []
    dispatcher.save("x.flac", wave, 16000, backend="soundfile")

    handle(signal.SIGUSR1, lambda *_: ran.append(1))
    mine = signal.getsignal(signal.SIGUSR1)
    for backend in ("ffmpeg", "soundfile"):
        ran.clear()
        alarmed = Watched(pathlib.Path("x.flac").read_bytes(), read=lambda: signal.raise_signal(signal.SIGUSR1))
        assert dispatcher.load(alarmed, backend=backend)[0].shape == wave.shape
        assert ran
        assert signal.getsignal(signal.SIGUSR1) is mine
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_load_within_a_read_of_another_lets_the_interrupt_through_to_both(tmp_path: pathlib.Path) -> None:
    """It waits for the inner call, is raised there, and comes out of the outer one if the object lets it."""
    path, seen = str(tmp_path / "x.wav"), []
    dispatcher.save(path, torch.rand(1, 4000), 8000, backend="soundfile")

    def nested() -> None:
        try:
            with interrupts.deferred():
                signal.raise_signal(signal.SIGINT)
                seen.append("waited")
        except KeyboardInterrupt:
            seen.append("raised")
            raise

    for backend in ("ffmpeg", "soundfile"):
        seen.clear()
        with pytest.raises(KeyboardInterrupt):
            dispatcher.load(Watched(pathlib.Path(path).read_bytes(), read=nested), backend=backend)
        assert seen == ["waited", "raised"]


def test_a_signal_within_a_finalizer_is_raised_after_it() -> None:
    class Finalized:
        def __del__(self) -> None:
            with interrupts.finalizing():
                signal.raise_signal(signal.SIGINT)

    def finalize() -> None:
        Finalized()
        for _ in range(500):  # another thread raises it, which ends no sleep
            time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        finalize()


def test_an_interrupt_reaches_an_object_that_never_answers(handle: Handle) -> None:
    """It is not kept until the library is done, which would be never."""
    handle(signal.SIGALRM, fails(LateError))
    for backend in ("ffmpeg", "soundfile"):
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(LateError):
            dispatcher.load(Watched(bytes(1000), read=lambda: time.sleep(60)), backend=backend)


class _Alarming(interrupts._State):
    """A state that raises a signal at its ``at``-th change."""

    left = 0

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name != "left" and self.left:
            self.left -= 1
            if not self.left:
                signal.raise_signal(signal.SIGUSR1)


@pytest.mark.parametrize("at", range(1, 7))
def test_a_signal_at_a_change_of_state_leaves_the_handlers_as_they_were(at: int, monkeypatch: pytest.MonkeyPatch, handle: Handle) -> None:
    """While a block begins and ends, too: what the handler raises comes through, once."""
    state, interrupt = _Alarming(), fails(LateError)
    monkeypatch.setattr(interrupts, "_state", state)
    handle(signal.SIGUSR1, interrupt)
    state.left = at
    with pytest.raises(LateError), interrupts.deferred():
        pass
    assert signal.getsignal(signal.SIGUSR1) is interrupt
    with interrupts.deferred():
        pass
