"""File objects that misbehave, and named pipes: an error or a value, never a crash, and nothing that C code was not asked to take."""

import contextlib
import gc
import gzip
import io
import os
import pathlib
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import av
import pytest
import torch

import compat
import dispatcher
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.doubles import Watched, WriteOnly, fails, odd
from tests.reliability import process
from tests.tables import table

SHORT = (ASSETS / "stereo_s16.wav").read_bytes()
SECONDS = 60
OF_OBJECTS = ["ffmpeg", "soundfile"]
FILES = ("stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo.m4a")
# what an object raises may come through as it is, or in an error of ours
ALLOWED = (RuntimeError, ValueError, TypeError, OSError, OverflowError, StopIteration)
READERS: dict[str, Callable[[Any], Any]] = {
    "ffmpeg load": lambda file: dispatcher.load(file, backend="ffmpeg")[0],
    "ffmpeg piece": lambda file: dispatcher.load(file, 1000, 500, backend="ffmpeg")[0],
    "ffmpeg info": lambda file: torch.tensor(dispatcher.info(file, backend="ffmpeg").num_frames),
    "soundfile load": lambda file: dispatcher.load(file, backend="soundfile")[0],
    "soundfile piece": lambda file: dispatcher.load(file, 1000, 500, backend="soundfile")[0],
    "soundfile info": lambda file: torch.tensor(dispatcher.info(file, backend="soundfile").num_frames),
    "sox_io": lambda file: compat.standin("2.0", backends=["sox"]).load(file)[0],  # the global one, which copies the object to a file first
    "2.9": lambda file: compat.standin("2.9").load(file)[0],
    "StreamReader": lambda file: streaming.chunks(StreamReader(file)),
}


def _too_long(file: io.BytesIO, size: int = -1) -> bytes:
    data = io.BytesIO.read(file, size)
    return data and data.ljust(max(size or 0, 1000) + 5000, b"x")


def _loses_its_end(file: io.BytesIO, size: int = -1) -> bytes:
    data = io.BytesIO.read(file, size)
    file.truncate(max(100, len(file.getbuffer()) - 3000))
    return data


def _closes(file: io.BytesIO, size: int = -1) -> bytes:
    data, begins = io.BytesIO.read(file, size), file.tell() == 0
    if not begins:
        file.close()
    return data


class Arrays(Watched):
    """Gives arrays that are no bytes, not for ever, since that is copied for ever."""

    def read(self, size: int | None = -1) -> Any:
        super().read(0)
        return memoryview(bytearray(80)).cast("d") if self.calls["read"] < 1000 else b""


class Endless(Watched):
    """Never ends, but only for a while, lest the test does not."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size) or (b"x" * 100 if self.calls["read"] < 2000 else b"")


def _fails_midway(file: io.BytesIO, size: int = -1) -> bytes:
    if file.tell() > 1000:
        raise ConnectionResetError("gone")
    return io.BytesIO.read(file, size)


def _elsewhere(file: io.BytesIO, offset: int, _: int = 0) -> int:
    return io.BytesIO.seek(file, max(0, offset * 7 % 5000))


def _stays(file: io.BytesIO, *_: int) -> int:
    return file.tell()


def _lies(file: io.BytesIO, offset: int, _: int) -> int:
    io.BytesIO.seek(file, max(0, offset - 100))
    return offset


def _raises(file: io.BytesIO, offset: int, _: int) -> int:
    io.BytesIO.seek(file, max(0, offset - 100))
    raise OSError("the connection is gone")


KINDS: dict[str, Callable[[bytes], io.BytesIO]] = {
    "gives thousands of bytes more than were asked for": odd(read=_too_long),
    "gives text": odd(read=lambda file, size=-1: io.BytesIO.read(file, size).decode("latin-1")),
    "gives None, as a stream that would block does": odd(read=lambda *_: None),
    "gives numbers": odd(read=lambda *_: 17),
    "gives arrays": Arrays,
    "stands before its beginning": odd(tell=lambda _: -5),
    "stands beyond what a file can hold": odd(tell=lambda _: 2**70),
    "says where it stands in words": odd(tell=lambda _: "here"),
    "goes elsewhere, and tells something else again": odd(seek=lambda file, offset, _=0: _elsewhere(file, offset) and -offset),
    "goes where FFmpeg would find Ogg pages for ever": odd(
        seek=lambda file, offset, _=0: io.BytesIO.seek(file, (5 * offset + 999) % 3175 if offset else 0)
    ),
    "fails in the middle": odd(read=_fails_midway),
    "fails at the third seek": lambda data: Watched(data, seek=fails(TimeoutError("too slow"), at=3)),
    "raises what is no ordinary error": lambda data: Watched(data, read=fails(StopIteration)),
    "closes itself": odd(read=_closes),
    "does not end": Endless,
    "loses its end while it is read": odd(read=_loses_its_end),
}


@pytest.mark.parametrize("backend", [*OF_OBJECTS, pytest.param("sox_io", marks=pytest.mark.libsox)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_bad_file_object_does_no_harm(kind: str, backend: str) -> None:
    """A tensor or an error, in bounded time, with nothing left open."""
    calls = [READERS[name] for name in READERS if name.startswith(backend)]
    gc.collect()  # other tests' files
    before = process.open_files()
    for name in FILES:
        for call in calls:
            with contextlib.suppress(*ALLOWED):
                assert isinstance(call(KINDS[kind]((ASSETS / name).read_bytes())), torch.Tensor)
    assert process.open_files() == before


def _in_time(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """What a call gives, in a thread of its own: where it waits for ever, the test fails."""
    given: list[Any] = []
    thread = threading.Thread(target=lambda: given.append(call(*arguments, **named)), daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    return given[0]


@pytest.mark.parametrize("outer", OF_OBJECTS)
@pytest.mark.parametrize("inner", OF_OBJECTS)
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo.vorbis.ogg"])
def test_a_file_object_may_load_while_it_is_read(name: str, inner: str, outer: str) -> None:
    """As a cache or an archive of audio may; in the same library, too, and while that library opens it."""
    inside: list[torch.Tensor] = []
    file = Watched((ASSETS / name).read_bytes(), read=lambda: inside.append(dispatcher.load(io.BytesIO(SHORT), backend=inner)[0]))
    waveform, _ = _in_time(dispatcher.load, file, backend=outer)
    assert {each.shape for each in inside} == {(2, 4000)}
    assert torch.equal(waveform, dispatcher.load(str(ASSETS / name), backend=outer)[0])


@pytest.mark.parametrize("backend", OF_OBJECTS)
def test_nobody_waits_for_the_slow_file_object_of_another_thread(backend: str) -> None:
    asked, told = threading.Event(), threading.Event()
    slow = Watched(SHORT, read=lambda: asked.set() or told.wait(SECONDS))
    opening = threading.Thread(target=lambda: dispatcher.load(slow, backend=backend), daemon=True)
    opening.start()
    assert asked.wait(SECONDS)
    try:
        for place in (str(ASSETS / "stereo_s16.wav"), io.BytesIO(SHORT)):
            assert _in_time(dispatcher.load, place, backend=backend)[0].shape == (2, 4000)
    finally:
        told.set()
        opening.join(SECONDS)


@table("make", {
    "tells 2^80": odd(tell=lambda _: 1 << 80),
    "tells -5": odd(tell=lambda _: -5),
    "tells x": odd(tell=lambda _: "x"),
    "read is a number": odd(read=3),  # type: ignore[arg-type]
    "a path of a number": lambda _: type("Named", (), {"__fspath__": lambda _: 3})(),
    "True": lambda _: True,
})  # fmt: skip
@pytest.mark.parametrize(("release", "call"), [("2.0", "load"), ("2.0", "info"), ("2.1", "load"), ("2.1", "info"), ("2.9", "load")])
def test_what_is_neither_path_nor_file_is_refused_in_our_words(make: Callable[[bytes], Any], release: str, call: str) -> None:
    with pytest.raises((RuntimeError, TypeError), match=r"tell\(\) gave|cannot read") as caught:
        getattr(compat.standin(release), call)(make(SHORT))
    assert type(caught.value).__module__ == "dispatcher.errors"


@pytest.mark.parametrize("error", [OSError("mine"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("name", ["stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.m4a"])
def test_an_error_is_told_once(name: str, error: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    """PyAV prints each that comes while another waits to be raised."""
    with pytest.raises(type(error)):
        dispatcher.load(Watched((ASSETS / name).read_bytes(), read=fails(error, at=3)), backend="ffmpeg")
    assert capfd.readouterr().err == ""


class MineError(OSError):
    """What the object raises."""


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """Leave PyAV as a signal within its ``err_check`` leaves it, in which it no longer passes on errors: with an old one that it does not count."""
    with pytest.raises(MineError):
        av.open(Watched(read=fails(MineError)))
    gc.unfreeze()  # the collector shows only what is not frozen
    errors = next(one for one in gc.get_objects() if type(one) is threading.local and hasattr(one, "exc_info"))
    errors.exc_info = (ValueError, ValueError("an old one"), None)
    with pytest.raises(av.FFmpegError):
        av.open(Watched(read=fails(MineError)))
    yield
    errors.exc_info = None


SOUND = torch.sin(torch.arange(20000) * 0.05).repeat(2, 1).T.contiguous() * 0.5


def _write(place: Any, container: str = "wav") -> None:
    streaming.write(place, SOUND, container=container)


@pytest.mark.usefixtures("_forgetful")
@table("call, data, method", {
    **{name: (READERS[name], SHORT, "read") for name in ("ffmpeg load", "ffmpeg piece", "ffmpeg info", "2.9", "StreamReader")},
    "StreamWriter": (_write, b"", "write"),
    "StreamWriter that goes back": (_write, b"", "seek"),
})  # fmt: skip
def test_the_error_of_the_object_is_told(call: Callable[[Any], Any], data: bytes, method: str) -> None:
    told = []
    for at in range(1, 9):
        try:
            call(Watched(data, **{method: fails(MineError("mine"), at)}))
        except (RuntimeError, OSError) as why:
            told.append(str(why))
    assert told
    assert all("mine" in each for each in told), told


# a seek goes elsewhere: an error, or what the object gives when it does not; never other data
WAYS = [_elsewhere, _stays, _lies, _raises]


class Once(io.BytesIO):
    """Goes wrong at one seek."""

    def __init__(self, data: bytes, way: Callable[..., int], at: int) -> None:
        super().__init__(data)
        self._way, self._left = way, at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._left -= 1
        return super().seek(offset, whence) if self._left else self._way(self, offset, whence)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reader", ["ffmpeg load", "ffmpeg piece", "soundfile load", "soundfile piece", "StreamReader"])
def test_what_is_read_after_a_lost_seek_is_an_error_or_right(reader: str, way: Callable[..., int]) -> None:
    refused = []
    for name in [*FILES, "stereo_s16.au"]:
        if reader.startswith("soundfile") and name == "stereo.m4a":
            continue
        data = (ASSETS / name).read_bytes()
        expected = READERS[reader](io.BytesIO(data))
        for at in range(1, 12):
            try:
                found = READERS[reader](Once(data, way, at))
            except (RuntimeError, OSError) as why:
                refused.append(str(why))
            else:
                assert torch.equal(found, expected), (name, at)
    assert refused
    assert not [why for why in refused if "Reader>" in why]  # errors name the caller's object


def _zipped(data: bytes) -> Any:
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.writestr("sound", data)
    return zipfile.ZipFile("x.zip").open("sound")


@pytest.mark.parametrize("opened", [_zipped, lambda data: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data)))])
@pytest.mark.parametrize("backend", OF_OBJECTS)
def test_a_place_beyond_the_end_is_the_end_in_archives(backend: str, opened: Callable[[bytes], Any]) -> None:
    """Where libraries go if a header promises more; a file itself would go there."""
    data = SHORT[:40] + b"\xff" * 4 + SHORT[44:]
    expected = dispatcher.load(io.BytesIO(data), backend=backend)[0]
    assert dispatcher.load(opened(data), backend=backend)[0].equal(expected)


def _written(container: str, place: io.BytesIO | None = None) -> bytes:
    place = place or io.BytesIO()
    _write(place, container)
    return place.getvalue()


of_containers = pytest.mark.parametrize("container", ["wav", "aiff", "au", "caf", "mp4", "w64"])


@pytest.mark.parametrize("way", WAYS)
@of_containers
def test_a_stream_writer_does_not_call_a_damaged_file_written(container: str, way: Callable[..., int]) -> None:
    expected, refused = _written(container), 0
    for at in range(1, 6):
        try:
            assert _written(container, Once(b"", way, at)) == expected, at
        except (RuntimeError, OSError):
            refused += 1
    assert refused


@of_containers
def test_a_stream_writer_begins_where_the_object_stands(container: str) -> None:
    place = io.BytesIO(b"before")
    place.seek(6)
    assert _written(container, place) == b"before" + _written(container)


@of_containers
def test_a_stream_writer_does_not_call_an_appended_file_written(container: str) -> None:
    """Whatever the position, the system writes at the end."""
    with open("file", "ab") as place, pytest.raises(RuntimeError, match="open it with 'wb'"):
        _write(place, container)


def test_what_needs_no_seek_can_be_appended() -> None:
    put({"file": "before"})
    with open("file", "ab") as place:
        _write(place, "s16le")
    assert pathlib.Path("file").read_bytes() == b"before" + _written("s16le")


def test_what_does_not_say_where_it_stands_is_written_forward() -> None:
    """It has ``seek`` and ``tell``, and refuses both."""
    place = WriteOnly()
    place.seek = place.tell = fails(NotImplementedError)  # type: ignore[attr-defined]
    _write(place, "s16le")
    assert place.data == _written("s16le")


@pytest.mark.libsox
@pytest.mark.parametrize("call", [dispatcher.load, dispatcher.info, lambda path, backend: dispatcher.load(path, 100, backend=backend)])
@pytest.mark.parametrize(
    ("backend", "name"),
    [
        *((backend, name) for backend in ("ffmpeg", "sox", None) for name in ("stereo_s16.wav", "mono_vbr.mp3", "stereo_16.flac")),
        *(("soundfile", name) for name in ("stereo_s16.wav", "mono_vbr.mp3", "stereo.vorbis.ogg")),  # libsndfile seeks in flac
    ],
)
def test_a_pipe_is_read_whole(call: Callable[..., Any], backend: str | None, name: str) -> None:
    """Once, from a writer that writes all it has, and goes: nothing is lost, and nobody waits for a writer that is gone."""
    os.mkfifo(name)
    with subprocess.Popen(["sh", "-c", 'cat "$1" > "$2"', "sh", str(ASSETS / name), name]) as writer:
        try:
            found = _in_time(call, name, backend=backend)
        finally:
            writer.kill()
            os.close(os.open(name, os.O_RDWR | os.O_NONBLOCK))  # lets one that waits go
    if call is not dispatcher.info:
        assert found[0].shape == call(str(ASSETS / name), backend=backend)[0].shape
