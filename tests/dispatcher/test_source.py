"""File objects of all kinds, and how often a file is opened."""

import gzip
import io
import pathlib
import sys
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
from tests.doubles import ReadOnly, odd
from tests.reliability import watch

DATA = (ASSETS / "stereo_16.flac").read_bytes()
EXPECTED = dispatcher.load(str(ASSETS / "stereo_16.flac"), backend="soundfile")[0]


def _standing(file: Any, before: bytes, data: bytes) -> Any:
    """A file that stands where the data begin: a header of some other kind may come before."""
    file.write(before + data)
    file.seek(len(before))
    return file


KINDS: dict[str, Callable[[bytes], Any]] = {
    "BytesIO": io.BytesIO,
    # more bytes than were asked for, which would corrupt the heap, and one byte at a time
    "generous": odd(read=lambda file, size=-1: io.BytesIO.read(file, -1 if size is None or size < 0 else size * 3)),
    "mean": odd(read=lambda file, size=-1: io.BytesIO.read(file, min(1, size) if size else size)),
    "read only": ReadOnly,
    "gzip": lambda data: gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(data))),
    "spooled": lambda data: _standing(tempfile.SpooledTemporaryFile(), b"", data),  # noqa: SIM115
    "behind a header": lambda data: _standing(io.BytesIO(), b"x" * 1000, data),
    "buffered": lambda data: io.BufferedReader(io.BytesIO(data)),
}


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
@pytest.mark.parametrize("kind", KINDS)
def test_file_objects_of_all_kinds_are_read(kind: str, backend: str) -> None:
    waveform, rate = dispatcher.load(KINDS[kind](DATA), backend=backend)
    assert rate == 16000
    assert torch.equal(waveform, EXPECTED)
    assert dispatcher.info(KINDS[kind](DATA), backend=backend).num_frames == 4000


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"read only"}))
def test_headers_are_read_from_all_that_can_seek(kind: str) -> None:
    found = look(KINDS[kind](DATA), lambda file: (file.head, file.at(100, 5000), file.tail(300)))
    assert found == (DATA[:4096], DATA[100:5100], DATA[-300:])
    cut = (ASSETS / "stereo_s16.wav").read_bytes()[:9000]
    with pytest.warns(TruncatedInputWarning, match="promises 4000 frames"):
        dispatcher.load(KINDS[kind](cut), backend="ffmpeg")


def test_a_reader_never_gives_more_than_asked_and_loses_nothing() -> None:
    """The rest is kept for the next call, and forgotten by a seek."""
    reader = Reader(KINDS["generous"](bytes(range(100))))
    assert [reader.read(3), reader.read(3), reader.tell()] == [b"\0\1\2", b"\3\4\5", 6]
    assert reader.seek(-1, io.SEEK_CUR) == 5
    assert reader.read(2) == b"\5\6"
    buffer = bytearray(4)
    assert reader.readinto(buffer) == 2 or bytes(buffer)[:1] == b"\7"


def test_a_path_with_a_colon_is_a_path() -> None:
    for name in ("a:b.flac", "http:x"):
        pathlib.Path(name).write_bytes(DATA)
        assert torch.equal(dispatcher.load(name, backend="ffmpeg")[0], EXPECTED)


RATE, FAR = 16000, 40_000
MADE_BY = {"wav": "ffmpeg", "flac": "ffmpeg", "ogg": "soundfile", "mp3": "ffmpeg", "m4a": "ffmpeg", "aiff": "ffmpeg", "au": "ffmpeg",
           "sph": "soundfile", "w64": "ffmpeg", "caf": "ffmpeg"}  # fmt: skip
# the reader, the files it reads, and whether a library opens them again by their path
READERS = [
    pytest.param(None, set(MADE_BY) - {"wav", "flac"}, 1, id="None"),
    pytest.param(None, {"wav", "flac"}, 0, id="None-without-FFmpeg"),
    pytest.param("ffmpeg", set(MADE_BY) - {"wav"}, 1, id="ffmpeg"),
    pytest.param("ffmpeg", {"wav"}, 0, id="ffmpeg-plain-wav"),
    pytest.param("soundfile", set(MADE_BY) - {"m4a"}, 0, id="soundfile"),
    pytest.param("sox", set(MADE_BY) - {"m4a"}, 1, id="sox", marks=pytest.mark.libsox),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    found = tmp_path_factory.mktemp("sounds")
    wave = torch.rand(1, 5 * RATE, generator=torch.Generator().manual_seed(1)) * 0.4 - 0.2
    for kind, backend in MADE_BY.items():
        dispatcher.save(str(found / f"x.{kind}"), wave, RATE, backend=backend)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="inotify counts the openings")
@pytest.mark.parametrize(("backend", "kinds", "by_library"), READERS)
def test_a_file_is_opened_once_by_us(folder: pathlib.Path, backend: str | None, kinds: set[str], by_library: int) -> None:
    """And once more by a library that takes no open file."""
    for kind in sorted(kinds):
        with watch.watching(folder / f"x.{kind}") as seen:
            for piece in ((0, -1), (FAR, 1000)):
                dispatcher.load(str(seen.path), *piece, backend=backend)
                assert seen.opened() == 1 + by_library, (kind, piece)
            if kind != "flac":
                dispatcher.info(str(seen.path), backend=backend)
                assert seen.opened() == 1 + by_library, kind
