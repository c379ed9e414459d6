"""File objects that misbehave: an error or a value, never a crash, and nothing that C code was not asked to take."""

import gc
import io
import threading
from collections.abc import Callable
from typing import Any

import pytest
import torch

import compat
import dispatcher
from tests.conftest import ASSETS
from tests.doubles import Watched, fails
from tests.reliability import process


def _odd(**methods: Callable[..., Any]) -> type[io.BytesIO]:
    """A kind of file object with these methods in place of its own."""
    return type("Odd", (io.BytesIO,), methods)


def _too_long(file: io.BytesIO, size: int = -1) -> bytes:
    data = io.BytesIO.read(file, size)
    return data and data.ljust(max(size or 0, 1000) + 5000, b"x")


def _goes_elsewhere(file: io.BytesIO, offset: int, whence: int = 0) -> int:
    io.BytesIO.seek(file, max(0, offset * 7 % 5000))
    return -offset


def _fails_midway(file: io.BytesIO, size: int = -1) -> bytes:
    if file.tell() > 1000:
        raise ConnectionResetError("gone")
    return io.BytesIO.read(file, size)


def _loses_its_end(file: io.BytesIO, size: int = -1) -> bytes:
    data = io.BytesIO.read(file, size)
    file.truncate(max(100, len(file.getbuffer()) - 3000))
    return data


class Doubles(Watched):
    """Gives arrays that are no bytes, not for ever, since that is copied for ever."""

    def read(self, size: int | None = -1) -> Any:
        super().read(0)
        return memoryview(bytearray(80)).cast("d") if self.calls["read"] < 1000 else b""


class Closing(Watched):
    """Closes itself after some reads."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if self.calls["read"] > 1:
            self.close()
        return data


class Endless(Watched):
    """Never ends, but only for a while, lest the test does not."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or (b"x" * 100 if self.calls["read"] < 2000 else b"")


KINDS: dict[str, Callable[[bytes], io.BytesIO]] = {
    "gives thousands of bytes more than were asked for": _odd(read=_too_long),
    "gives text": _odd(read=lambda file, size=-1: io.BytesIO.read(file, size).decode("latin-1")),
    "gives None, as a stream that would block does": _odd(read=lambda *_: None),
    "gives numbers": _odd(read=lambda *_: 17),
    "gives arrays": Doubles,
    "stands before its beginning": _odd(tell=lambda _: -5),
    "stands beyond what a file can hold": _odd(tell=lambda _: 2**70),
    "says where it stands in words": _odd(tell=lambda _: "here"),
    "goes elsewhere, and tells something else again": _odd(seek=_goes_elsewhere),
    "goes where FFmpeg would find Ogg pages for ever": _odd(
        seek=lambda file, offset, whence=0: io.BytesIO.seek(file, (5 * offset + 999) % 3175 if offset else 0)
    ),
    "fails in the middle": _odd(read=_fails_midway),
    "fails at the third seek": lambda data: Watched(data, seek=fails(TimeoutError("too slow"), at=3)),
    "raises what is no ordinary error": lambda data: Watched(data, read=fails(StopIteration)),
    "closes itself": Closing,
    "does not end": Endless,
    "loses its end while it is read": _odd(read=_loses_its_end),
}
FILES = ("stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo.m4a")
# what an object raises may come through as it is, or in an error of ours
ALLOWED = (RuntimeError, ValueError, TypeError, OSError, OverflowError, StopIteration)


def _calls(backend: str) -> list[Callable[[Any], Any]]:
    if backend == "sox_io":  # the global one, which copies the object to a file first
        old = compat.standin("2.0")
        old.set_audio_backend(backend)
        return [old.load]
    return [
        lambda file: dispatcher.info(file, backend=backend),
        lambda file: dispatcher.load(file, backend=backend),
        lambda file: dispatcher.load(file, 1000, 500, backend=backend),
    ]


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", pytest.param("sox_io", marks=pytest.mark.libsox)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_file_object_does_no_harm(kind: str, backend: str) -> None:
    """A tensor or an error, in bounded time, with nothing left open."""
    calls = _calls(backend)
    gc.collect()  # other tests' files
    before = process.open_files()
    for name in FILES:
        for call in calls:
            try:
                value = call(KINDS[kind]((ASSETS / name).read_bytes()))
            except ALLOWED:
                continue
            assert value is not None
    assert process.open_files() == before


SHORT = (ASSETS / "stereo_s16.wav").read_bytes()
SECONDS = 60


def _in_time(call: Callable[[], Any]) -> Any:
    """What a call gives, in a thread of its own: where it waits for ever, the test fails."""
    given: list[Any] = []
    thread = threading.Thread(target=lambda: given.append(call()), daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    return given[0]


@pytest.mark.parametrize("outer", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("inner", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo.vorbis.ogg"])
def test_a_file_object_may_load_while_it_is_read(name: str, inner: str, outer: str) -> None:
    """As a cache or an archive of audio may; in the same library, too, and while that library opens it."""

    def load() -> None:
        waveform, _ = dispatcher.load(io.BytesIO(SHORT), backend=inner)
        assert waveform.shape == (2, 4000)

    file = Watched((ASSETS / name).read_bytes(), read=load)
    waveform, _ = _in_time(lambda: dispatcher.load(file, backend=outer))
    assert file.calls["read"]
    assert torch.equal(waveform, dispatcher.load(str(ASSETS / name), backend=outer)[0])


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_nobody_waits_for_the_slow_file_object_of_another_thread(backend: str) -> None:
    asked, told = threading.Event(), threading.Event()
    slow = Watched(SHORT, read=lambda: asked.set() or told.wait(SECONDS))
    opening = threading.Thread(target=lambda: dispatcher.load(slow, backend=backend), daemon=True)
    opening.start()
    assert asked.wait(SECONDS)
    try:
        for place in (str(ASSETS / "stereo_s16.wav"), io.BytesIO(SHORT)):
            assert _in_time(lambda place=place: dispatcher.load(place, backend=backend))[0].shape == (2, 4000)
    finally:
        told.set()
        opening.join(SECONDS)


@pytest.mark.parametrize(
    "make",
    [
        _odd(tell=lambda _: 1 << 80),
        _odd(tell=lambda _: -5),
        _odd(tell=lambda _: "x"),
        _odd(read=3),
        lambda _: type("Named", (), {"__fspath__": lambda _: 3})(),
        lambda _: True,
    ],
    ids=["tells 2^80", "tells -5", "tells x", "read is a number", "a path of a number", "True"],
)
@pytest.mark.parametrize("release", ["2.0", "2.1", "2.9"])
def test_what_is_neither_path_nor_file_is_refused_in_our_words(make: Callable[[bytes], Any], release: str) -> None:
    torchaudio = compat.standin(release)
    for call in (torchaudio.load, *([torchaudio.info] if release != "2.9" else [])):
        with pytest.raises((RuntimeError, TypeError), match=r"tell\(\) gave|cannot read") as caught:
            call(make(SHORT))
        assert type(caught.value).__module__ == "dispatcher.errors"


@pytest.mark.parametrize("error", [OSError("mine"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.m4a"])
def test_an_error_is_told_once(name: str, error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    """PyAV prints each that comes while another waits to be raised."""
    with pytest.raises(type(error)):
        dispatcher.load(Watched((ASSETS / name).read_bytes(), read=fails(error, at=3)), backend="ffmpeg")
    assert capfd.readouterr().err == ""
