"""File objects, good and bad."""

import gzip
import io
import pathlib
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import torch

import dispatcher
from dispatcher.notices import TruncatedInputWarning
from dispatcher.reading.file_objects import Reader
from dispatcher.reading.opened import look
from tests.conftest import ASSETS
from tests.doubles import Watched, fails

DATA = (ASSETS / "stereo_16.flac").read_bytes()
EXPECTED = dispatcher.load(str(ASSETS / "stereo_16.flac"), backend="soundfile")[0]


class Generous(io.BytesIO):
    """Gives more bytes than were asked for, which would corrupt the heap."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(-1 if size is None or size < 0 else size * 3)


class Mean(io.BytesIO):
    """Gives one byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(1, size) if size else size)


class ReadOnly:
    """Has nothing but ``read``, like many a wrapper of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


KINDS: dict[str, Callable[[bytes], Any]] = {
    "BytesIO": io.BytesIO,
    "generous": Generous,
    "mean": Mean,
    "read only": ReadOnly,
    "gzip": lambda data: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data))),
    "spooled": lambda data: _filled(tempfile.SpooledTemporaryFile(), data),  # noqa: SIM115
    "buffered": lambda data: io.BufferedReader(io.BytesIO(data)),
}


def _filled(file: Any, data: bytes) -> Any:
    file.write(data)
    file.seek(0)
    return file


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("kind", KINDS)
def test_file_objects_of_all_kinds_are_read(kind: str, backend: str) -> None:
    waveform, rate = dispatcher.load(KINDS[kind](DATA), backend=backend)
    assert rate == 16000
    assert torch.equal(waveform, EXPECTED)
    assert dispatcher.info(KINDS[kind](DATA), backend=backend).num_frames == 4000


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"read only"}))
def test_headers_are_read_from_all_that_can_seek(kind: str) -> None:
    """However many bytes come at a time."""
    found = look(KINDS[kind](DATA), lambda file: (file.head, file.at(100, 5000), file.tail(300)))
    assert found == (DATA[:4096], DATA[100:5100], DATA[-300:])
    cut = (ASSETS / "stereo_s16.wav").read_bytes()[:9000]
    with pytest.warns(TruncatedInputWarning, match="promises 4000 frames"):
        dispatcher.load(KINDS[kind](cut), backend="ffmpeg")


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_a_text_file_is_refused_in_words(backend: str) -> None:
    """It was opened without "b"."""
    with pytest.raises((TypeError, RuntimeError)):
        dispatcher.load(io.StringIO("RIFF"), backend=backend)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_an_error_of_the_object_comes_through(backend: str) -> None:
    with pytest.raises((OSError, RuntimeError)):
        dispatcher.load(Watched(DATA, read=fails(ConnectionResetError("gone"))), backend=backend)


def test_a_reader_never_gives_more_than_asked_and_loses_nothing() -> None:
    """The rest is kept for the next call, and forgotten by a seek."""
    reader = Reader(Generous(bytes(range(100))))
    assert [reader.read(3), reader.read(3), reader.tell()] == [b"\0\1\2", b"\3\4\5", 6]
    assert reader.seek(-1, io.SEEK_CUR) == 5
    assert reader.read(2) == b"\5\6"
    buffer = bytearray(4)
    assert reader.readinto(buffer) == 2 or bytes(buffer)[:1] == b"\7"


def test_a_file_object_is_read_from_where_it_stands() -> None:
    """A header of some other kind may come before."""
    for backend in ("ffmpeg", "soundfile"):
        held = io.BytesIO(b"x" * 1000 + DATA)
        held.seek(1000)
        assert torch.equal(dispatcher.load(held, backend=backend)[0], EXPECTED)


@pytest.mark.libsox
def test_sox_takes_none() -> None:
    with pytest.raises(ValueError, match=r"paths only.*backend='ffmpeg'"):
        dispatcher.load(io.BytesIO(DATA), backend="sox")


def test_a_path_with_a_colon_is_a_path(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pathlib.Path("a:b.flac").write_bytes(DATA)
    pathlib.Path("http:x").write_bytes(DATA)
    for name in ("a:b.flac", "http:x"):
        assert torch.equal(dispatcher.load(name, backend="ffmpeg")[0], EXPECTED)
