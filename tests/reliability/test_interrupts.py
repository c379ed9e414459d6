"""Ctrl-C in the midst of a decode, or while a library asks a file object: it comes through, and nothing stays open."""

import contextlib
import gc
import io
import pathlib
import random
import signal
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

import compat
import dispatcher
from dispatcher import interrupts
from dispatcher.registry import Registry
from dispatcher.requests import Blocks
from dispatcher.settings import Settings
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.conftest import ASSETS, BACKENDS
from tests.doubles import Watched, fails
from tests.reliability import process
from tests.tables import table

Handle = Callable[..., Any]
OF_OBJECTS = ["ffmpeg", "soundfile"]


@pytest.fixture(autouse=True)
def _no_gc_callbacks() -> Iterator[None]:
    """Keep out callbacks of the garbage collector, such as Hypothesis', in which Python swallows an interrupt."""
    kept = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks.extend(kept)


@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("name", ["x.wav", "x.flac", "x.ogg"])
@table("call, may_end", {
    "load by ffmpeg": (lambda file: dispatcher.load(file, backend="ffmpeg"), False),
    "load by soundfile": (lambda file: dispatcher.load(file, backend="soundfile"), False),
    "info by ffmpeg": (lambda file: dispatcher.info(file, backend="ffmpeg"), True),
    "info by soundfile": (lambda file: dispatcher.info(file, backend="soundfile"), True),
    "StreamReader": (lambda file: streaming.sound(StreamReader(file)), False),
})  # fmt: skip
def test_an_interrupt_within_a_file_object_comes_through(call: Callable[[Any], Any], may_end: bool, name: str, at: int) -> None:
    """As it is: not as an error of the library that asked the object, not only printed, and the library does not read on for ever."""
    data, before = streaming.saved(torch.rand(2, 400_000) - 0.5, 16000, name[2:]), process.open_files()
    file = Watched(data, read=fails(KeyboardInterrupt, at))
    with contextlib.suppress(KeyboardInterrupt):
        call(file)
        assert may_end  # since it may have had enough before
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
    duration, before = min(timeit.repeat(call, repeat=3, number=1)), process.open_files()  # on a busy machine one may take long
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
                assert not isinstance(expected, torch.Tensor) or torch.equal(found, expected)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    assert process.open_files() == before
    assert signal.getsignal(signal.SIGALRM) is interrupt
    return hits


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "long.flac"])
@table("call", {
    "load": lambda path, backend: dispatcher.load(path, backend=backend)[0],
    "piece": lambda path, backend: dispatcher.load(path, 1000, backend=backend)[0],
    "info": lambda path, backend: torch.tensor(dispatcher.info(path, backend=backend).num_frames),
})  # fmt: skip
def test_many_interrupts_at_any_moment_leave_nothing_open(call: Callable[..., Any], name: str, backend: str, handle: Handle) -> None:
    """Once, and not only when Python's collector runs; the moment in which a library has opened a path, and nobody has noted it yet, included."""
    assert _interrupted(lambda: call(str(ASSETS / name), backend), KeyboardInterrupt, handle, 100, 10_000) == 100


def _calls(folder: pathlib.Path, backend: str) -> dict[str, Callable[[], Any]]:
    wave, path, other = torch.rand(1, 30_000) - 0.5, str(folder / "x.flac"), str(folder / "y.flac")
    dispatcher.save(path, wave, 16000, backend=backend)
    data, old, new = pathlib.Path(path).read_bytes(), compat.standin("2.0"), compat.standin("2.9")
    effects, effect, codec = (
        compat.standin("2.2").sox_effects,
        compat.io.AudioEffector("lowpass=f=900"),
        compat.io.AudioEffector(format="mp3"),
    )

    def streamed(place: Any) -> torch.Tensor:
        with Registry().get(backend).stream(Blocks(place, True, None, 4096, 4000), Settings()) as file:
            return torch.cat([torch.from_numpy(block) for block in file.blocks], 1)

    found: dict[str, Callable[[], Any]] = {
        "save": lambda: dispatcher.save(other, wave, 16000, backend=backend),
        "2.0": lambda: old.load(path)[0],
        "2.9": lambda: new.save(str(folder / "z.wav"), wave, 16000),
    }
    if backend == "sox":
        return {
            **found,
            "effects": lambda: effects.apply_effects_file(path, [["speed", "1.1"], ["rate", "8000"]])[0],
            "stream": lambda: streamed(path),
        }
    found |= {
        "load": lambda: dispatcher.load(io.BytesIO(data), backend=backend)[0],
        "save to an object": lambda: dispatcher.save(io.BytesIO(), wave, 16000, format="flac", backend=backend),
        "stream": lambda: streamed(io.BytesIO(data)),
    }
    if backend == "soundfile":
        return found
    sound = wave.T.contiguous()
    return {
        **found,
        "reader": lambda: streaming.chunks(StreamReader(path), 2000, buffer_chunk_size=-1),
        "reader of an object": lambda: streaming.chunks(StreamReader(io.BytesIO(data)), 2000, buffer_chunk_size=-1),
        "writer": lambda: streaming.write(other, sound),
        "writer to an object": lambda: streaming.write(io.BytesIO(), sound, container="flac"),
        "effector": lambda: effect.apply(sound, 16000),
        "codec in pieces": lambda: torch.cat(list(codec.stream(sound, 16000, 4000))),
    }


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("error", [KeyboardInterrupt, LateError])
@pytest.mark.parametrize("backend", BACKENDS)
def test_whatever_the_call_an_interrupt_comes_through_or_the_call_completes(
    backend: str, error: type[BaseException], tmp_path: pathlib.Path, handle: Handle
) -> None:
    """And no part of a file is left, whatever the moment."""
    for name, call in _calls(tmp_path, backend).items():
        assert _interrupted(call, error, handle, 25, 400), name
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], name


@pytest.mark.parametrize("backend", OF_OBJECTS)
def test_a_handler_that_does_not_raise_stops_nothing(backend: str, handle: Handle) -> None:
    """And the handlers that were there are there afterwards, those that a call's file object puts in place as well."""
    data, ran = streaming.saved(torch.rand(2, 200_000) - 0.5, 16000, "flac"), list[int]()
    handle(signal.SIGUSR1, lambda *_: ran.append(1))
    mine = signal.getsignal(signal.SIGUSR1)
    alarmed = Watched(data, read=lambda: signal.raise_signal(signal.SIGUSR1))
    assert dispatcher.load(alarmed, backend=backend)[0].shape == (2, 200_000)
    assert ran
    assert signal.getsignal(signal.SIGUSR1) is mine
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("backend", OF_OBJECTS)
def test_a_load_within_a_read_of_another_lets_the_interrupt_through_to_both(backend: str) -> None:
    """It waits for the inner call, is raised there, and comes out of the outer one if the object lets it."""
    seen = []

    def nested() -> None:
        try:
            with interrupts.deferred():
                signal.raise_signal(signal.SIGINT)
                seen.append("waited")
        except KeyboardInterrupt:
            seen.append("raised")
            raise

    with pytest.raises(KeyboardInterrupt):
        dispatcher.load(Watched((ASSETS / "stereo_s16.wav").read_bytes(), read=nested), backend=backend)
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


@pytest.mark.parametrize("backend", OF_OBJECTS)
def test_an_interrupt_reaches_an_object_that_never_answers(backend: str, handle: Handle) -> None:
    """It is not kept until the library is done, which would be never."""
    handle(signal.SIGALRM, fails(LateError))
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
