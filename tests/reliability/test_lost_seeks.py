"""A file object whose seek goes elsewhere: an error, or what it gives when it does not; never other data."""

import gzip
import io
import pathlib
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import torch

import dispatcher
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.conftest import ASSETS
from tests.doubles import WriteOnly, fails

SOUND = torch.sin(torch.arange(20000) * 0.05).repeat(2, 1).T.contiguous() * 0.5
FILES = ("stereo_16.flac", "stereo_s16.wav", "stereo_cbr.mp3", "stereo.vorbis.ogg", "stereo.m4a", "stereo_s16.au")
ERRORS = (RuntimeError, OSError)


def _elsewhere(file: io.BytesIO, offset: int, _: int) -> int:
    return io.BytesIO.seek(file, max(0, offset * 7 % 5000))


def _stays(file: io.BytesIO, *_: int) -> int:
    return file.tell()


def _lies(file: io.BytesIO, offset: int, _: int) -> int:
    io.BytesIO.seek(file, max(0, offset - 100))
    return offset


def _raises(file: io.BytesIO, offset: int, _: int) -> int:
    io.BytesIO.seek(file, max(0, offset - 100))
    raise OSError("the connection is gone")


WAYS = [_elsewhere, _stays, _lies, _raises]


class Once(io.BytesIO):
    """Goes wrong at one seek."""

    def __init__(self, data: bytes, way: Callable[..., int], at: int) -> None:
        super().__init__(data)
        self._way, self._left = way, at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._left -= 1
        return super().seek(offset, whence) if self._left else self._way(self, offset, whence)


READERS: dict[str, Callable[[Any], Any]] = {
    **{
        f"{backend} {what}": lambda file, backend=backend, span=span: dispatcher.load(file, *span, backend=backend)[0]
        for backend in ("ffmpeg", "soundfile")
        for what, span in (("load", (0, -1)), ("piece", (1000, 500)))
    },
    "StreamReader": lambda file: streaming.chunks(StreamReader(file)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_read_after_a_lost_seek_is_an_error_or_right(reader: str, way: Callable[..., int]) -> None:
    refused = ours = 0
    for name in FILES:
        data = (ASSETS / name).read_bytes()
        try:
            expected = READERS[reader](io.BytesIO(data))
        except RuntimeError:  # soundfile has no m4a
            continue
        for at in range(1, 12):
            try:
                found = READERS[reader](Once(data, way, at))
            except ERRORS as why:
                refused += 1
                ours += "Reader>" in str(why)
            else:
                assert torch.equal(found, expected), (name, at)
    assert refused
    assert not ours  # errors name the caller's object


def _zipped(data: bytes) -> Any:
    with zipfile.ZipFile("x.zip", "w") as archive:
        archive.writestr("sound", data)
    return zipfile.ZipFile("x.zip").open("sound")


@pytest.mark.parametrize("opened", [_zipped, lambda data: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data)))])
@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_a_place_beyond_the_end_is_the_end_in_archives(backend: str, opened: Callable[[bytes], Any]) -> None:
    """Where libraries go if a header promises more; a file itself would go there."""
    data = bytearray((ASSETS / "stereo_s16.wav").read_bytes())
    size = data.index(b"data") + 4
    data[size : size + 4] = b"\xff" * 4
    expected = dispatcher.load(io.BytesIO(data), backend=backend)[0]
    assert dispatcher.load(opened(bytes(data)), backend=backend)[0].equal(expected)


CONTAINERS = ["wav", "aiff", "au", "caf", "mp4", "w64"]


def _write(place: Any, container: str) -> None:
    streaming.write(place, SOUND, container=container)


def _written(container: str, place: io.BytesIO | None = None) -> bytes:
    place = place or io.BytesIO()
    _write(place, container)
    return place.getvalue()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_stream_writer_does_not_call_a_damaged_file_written(container: str, way: Callable[..., int]) -> None:
    expected, refused = _written(container), 0
    for at in range(1, 6):
        try:
            assert _written(container, Once(b"", way, at)) == expected, at
        except ERRORS:
            refused += 1
    assert refused


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_stream_writer_begins_where_the_object_stands(container: str) -> None:
    place = io.BytesIO()
    place.write(b"before")
    _write(place, container)
    assert place.getvalue() == b"before" + _written(container)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_stream_writer_does_not_call_an_appended_file_written(container: str, tmp_path: pathlib.Path) -> None:
    """Whatever the position, the system writes at the end."""
    with (tmp_path / "file").open("ab") as place, pytest.raises(RuntimeError, match="open it with 'wb'"):
        _write(place, container)


def test_what_needs_no_seek_can_be_appended(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with path.open("ab") as place:
        _write(place, "s16le")
    assert path.read_bytes() == b"before" + _written("s16le")


def test_what_does_not_say_where_it_stands_is_written_forward() -> None:
    """It has ``seek`` and ``tell``, and refuses both."""
    place = WriteOnly()
    place.seek = place.tell = fails(NotImplementedError)  # type: ignore[attr-defined]
    _write(place, "s16le")
    assert place.data == _written("s16le")
