"""File objects that misbehave: an error or a value, never a crash, and nothing that C code was not asked to take."""

from __future__ import annotations

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
from tests.reliability import process

DATA = (ASSETS / "stereo_16.flac").read_bytes()


class TooLong(io.BytesIO):
    """Gives thousands of bytes more than were asked for."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        return data and data.ljust(max(size or 0, 1000) + 5000, b"x")


class Text(io.BytesIO):
    """Gives text."""

    def read(self, size: int | None = -1) -> Any:
        return super().read(size).decode("latin-1")


class Nothing(io.BytesIO):
    """Gives ``None``, as a stream that would block does."""

    def read(self, size: int | None = -1) -> Any:
        return None


class Number(io.BytesIO):
    """Gives numbers."""

    def read(self, size: int | None = -1) -> Any:
        return 17


class Doubles(io.BytesIO):
    """Gives arrays that are no bytes, not for ever, since that is copied for ever."""

    reads = 0

    def read(self, size: int | None = -1) -> Any:
        self.reads += 1
        return memoryview(bytearray(80)).cast("d") if self.reads < 1000 else b""


class NegativeTell(io.BytesIO):
    """Says that it stands before its beginning."""

    def tell(self) -> int:
        return -5


class HugeTell(io.BytesIO):
    """Says that it stands beyond what a file can hold."""

    def tell(self) -> int:
        return 2**70


class WrongTell(io.BytesIO):
    """Says where it stands in words."""

    def tell(self) -> Any:
        return "here"


class WildSeek(io.BytesIO):
    """Goes elsewhere than it was sent, and tells something else again."""

    def seek(self, offset: int, whence: int = 0) -> int:
        super().seek(max(0, offset * 7 % 5000))
        return -offset


class SeekElsewhere(io.BytesIO):
    """Goes where FFmpeg would find Ogg pages for ever."""

    def seek(self, offset: int, whence: int = 0) -> int:
        return super().seek((5 * offset + 999) % 3175 if offset else 0)


class RaisingRead(io.BytesIO):
    """Fails in the middle."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 1000:
            raise ConnectionResetError("gone")
        return super().read(size)


class RaisingSeek(io.BytesIO):
    """Fails at the third seek."""

    seeks = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.seeks += 1
        if self.seeks > 2:
            raise TimeoutError("too slow")
        return super().seek(offset, whence)


class RaisingAll(io.BytesIO):
    """Raises what is no ordinary error."""

    def read(self, size: int | None = -1) -> bytes:
        raise StopIteration


class Closing(io.BytesIO):
    """Closes itself after some reads."""

    reads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.reads += 1
        data = super().read(size)
        if self.reads > 1:
            self.close()
        return data


class Endless(io.BytesIO):
    """Never ends, but only for a while, lest the test does not."""

    given = 0

    def read(self, size: int | None = -1) -> bytes:
        self.given += 1
        return super().read(size) or (b"x" * 100 if self.given < 2000 else b"")


class Shrinking(io.BytesIO):
    """Loses its end while it is read."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.truncate(max(100, len(self.getbuffer()) - 3000))
        return data


KINDS: list[type[io.BytesIO]] = [
    TooLong, Text, Nothing, Number, Doubles, NegativeTell, HugeTell, WrongTell, WildSeek, SeekElsewhere, RaisingRead, RaisingSeek, RaisingAll, Closing,
    Endless, Shrinking,
]  # fmt: skip
FILES = ("stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo.m4a")
# what an object raises may come through as it is, or in an error of ours
ALLOWED = (RuntimeError, ValueError, TypeError, OSError, OverflowError, StopIteration)


def _calls(backend: str) -> list[Callable[[Any], Any]]:
    return [
        lambda file: dispatcher.info(file, backend=backend),
        lambda file: dispatcher.load(file, backend=backend),
        lambda file: dispatcher.load(file, 1000, 500, backend=backend),
    ]


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_bad_file_object_does_no_harm(kind: type[io.BytesIO], backend: str) -> None:
    """A tensor or an error, in bounded time, with nothing left open."""
    gc.collect()  # other tests' files
    before = process.open_files()
    for name in FILES:
        for call in _calls(backend):
            try:
                value = call(kind((ASSETS / name).read_bytes()))
            except ALLOWED:
                continue
            assert value is not None
    assert process.open_files() == before


@pytest.mark.libsox
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nor_does_it_to_the_global_sox_io(kind: type[io.BytesIO]) -> None:
    """Which copies the object to a file first."""
    old = compat.standin("2.0")
    old.set_audio_backend("sox_io")
    gc.collect()  # other tests' files
    before = process.open_files()
    for name in FILES:
        try:
            waveform, _ = old.load(kind((ASSETS / name).read_bytes()))
        except ALLOWED:
            continue
        assert isinstance(waveform, torch.Tensor)
    assert process.open_files() == before


class Nested(io.BytesIO):
    """Loads another file whenever it is read, as a cache or an archive of audio may."""

    inner = "ffmpeg"
    loads = 0

    def read(self, size: int | None = -1) -> bytes:
        self.loads += 1
        waveform, _ = dispatcher.load(io.BytesIO(SHORT), backend=self.inner)
        assert waveform.shape == (2, 4000)
        return super().read(size)


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
    """In the same library, too, and while that library opens it."""
    file = Nested((ASSETS / name).read_bytes())
    file.inner = inner
    waveform, _ = _in_time(lambda: dispatcher.load(file, backend=outer))
    assert file.loads
    assert torch.equal(waveform, dispatcher.load(str(ASSETS / name), backend=outer)[0])


class Waiting(io.BytesIO):
    """Gives nothing before it is told to."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.asked, self.told = threading.Event(), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.asked.set()
        self.told.wait(SECONDS)
        return super().read(size)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_nobody_waits_for_the_slow_file_object_of_another_thread(backend: str) -> None:
    """However a file is given."""
    slow = Waiting(SHORT)
    opening = threading.Thread(target=lambda: dispatcher.load(slow, backend=backend), daemon=True)
    opening.start()
    assert slow.asked.wait(SECONDS)
    try:
        for place in (str(ASSETS / "stereo_s16.wav"), io.BytesIO(SHORT)):
            assert _in_time(lambda place=place: dispatcher.load(place, backend=backend))[0].shape == (2, 4000)
    finally:
        slow.told.set()
        opening.join(SECONDS)


class _Named:
    """A path object that gives no path."""

    def __fspath__(self) -> Any:
        return 3


class _Told(io.BytesIO):
    """Tells another place than it has, or has no method to read with."""

    def __init__(self, data: bytes, place: Any = 0, *, reads: bool = True) -> None:
        super().__init__(data)
        self._place = place
        if not reads:
            self.read = 3  # type: ignore[assignment]

    def tell(self) -> Any:
        return self._place


@pytest.mark.parametrize(
    "make",
    [
        lambda data: _Told(data, 1 << 80),
        lambda data: _Told(data, -5),
        lambda data: _Told(data, "x"),
        lambda data: _Told(data, reads=False),
        lambda _: _Named(),
        lambda _: True,
    ],
    ids=["tells 2^80", "tells -5", "tells x", "read is a number", "a path of a number", "True"],
)
@pytest.mark.parametrize("release", ["2.0", "2.1", "2.9"])
def test_what_is_neither_path_nor_file_is_refused_in_our_words(make: Callable[[bytes], Any], release: str) -> None:
    held = io.BytesIO()
    dispatcher.save(held, torch.zeros(1, 100), 8000, format="wav", backend="soundfile")
    torchaudio = compat.standin(release)
    for call in (torchaudio.load, *([torchaudio.info] if release != "2.9" else [])):
        with pytest.raises((RuntimeError, TypeError), match=r"tell\(\) gave|cannot read") as caught:
            call(make(held.getvalue()))
        assert type(caught.value).__module__ == "dispatcher.errors"


@pytest.mark.parametrize("error", [OSError("mine"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.m4a"])
def test_an_error_is_told_once(name: str, error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    """PyAV prints each that comes while another waits to be raised."""

    class Failing(io.BytesIO):
        left = 3

        def read(self, size: int | None = -1) -> bytes:
            self.left -= 1
            if self.left <= 0:
                raise error
            return super().read(size)

    with pytest.raises(type(error)):
        dispatcher.load(Failing((ASSETS / name).read_bytes()), backend="ffmpeg")
    assert capfd.readouterr().err == ""
