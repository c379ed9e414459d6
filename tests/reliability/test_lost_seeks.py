"""A file object whose seek goes elsewhere: an error, or what it gives when it does not; never other data."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import torch

import dispatcher
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests.conftest import ASSETS

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


def _streamed(file: Any) -> torch.Tensor:
    reader = StreamReader(file)
    reader.add_basic_audio_stream(1000)
    return torch.cat([chunk for (chunk,) in reader.stream()])


READERS: dict[str, Callable[[Any], Any]] = {
    **{
        f"{backend} {what}": lambda file, backend=backend, span=span: dispatcher.load(file, *span, backend=backend)[0]
        for backend in ("ffmpeg", "soundfile")
        for what, span in (("load", (0, -1)), ("piece", (1000, 500)))
    },
    "StreamReader": _streamed,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reader", READERS)
def test_what_is_read_after_a_lost_seek_is_an_error_or_right(reader: str, way: Callable[..., int]) -> None:
    refused = 0
    for name in FILES:
        data = (ASSETS / name).read_bytes()
        try:
            expected = READERS[reader](io.BytesIO(data))
        except RuntimeError:  # soundfile has no m4a
            continue
        for at in range(1, 12):
            try:
                found = READERS[reader](Once(data, way, at))
            except ERRORS:
                refused += 1
            else:
                assert torch.equal(found, expected), (name, at)
    assert refused


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("container", ["wav", "aiff", "au", "caf", "mp4", "w64"])
def test_a_stream_writer_does_not_call_a_damaged_file_written(container: str, way: Callable[..., int]) -> None:
    def write(place: io.BytesIO) -> bytes:
        writer = StreamWriter(place, format=container)
        writer.add_audio_stream(16000, 2)
        with writer.open():
            writer.write_audio_chunk(0, SOUND)
        return place.getvalue()

    expected, refused = write(io.BytesIO()), 0
    for at in range(1, 6):
        try:
            found = write(Once(b"", way, at))
        except ERRORS:
            refused += 1
        else:
            assert found == expected, at
    assert refused
