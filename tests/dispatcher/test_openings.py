"""A file is opened once by us, and once more by a library that takes no open file."""

import contextlib
import ctypes
import itertools
import os
import pathlib
import struct
import sys
from collections.abc import Iterator

import pytest
import torch

import dispatcher

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
_READ, _OPENED, _CLOSED = 1, 0x20, 0x18  # of inotify(7)
_ours: list[str] = []
_watched: list[str] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and _watched and arguments[0] == _watched[0]:
        _ours.append(event)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    found = tmp_path_factory.mktemp("sounds")
    wave = torch.rand(1, 5 * RATE, generator=torch.Generator().manual_seed(1)) * 0.4 - 0.2
    for kind, backend in MADE_BY.items():
        dispatcher.save(str(found / f"x.{kind}"), wave, RATE, backend=backend)
    sys.addaudithook(_hook)
    return found


@contextlib.contextmanager
def _counted(path: str) -> Iterator[list[int]]:
    """Count the openings of a file in the block: Python's, and those of libraries.

    Two openings in a row, with nothing read between them, would count as one.
    """
    library = ctypes.CDLL(None, use_errno=True)
    watch = library.inotify_init1(os.O_NONBLOCK)
    library.inotify_add_watch(watch, os.fsencode(path), _READ | _OPENED | _CLOSED)
    counts: list[int] = []
    _ours.clear()
    _watched[:] = [path]
    try:
        yield counts
        data, at, opened = os.read(watch, 1 << 20), 0, 0
        while at < len(data):
            _, mask, _, size = struct.unpack_from("iIII", data, at)
            at, opened = at + 16 + size, opened + bool(mask & _OPENED)
        counts += [len(_ours), opened - len(_ours)]
    finally:
        _watched.clear()
        os.close(watch)


@pytest.mark.skipif(sys.platform != "linux", reason="inotify counts the openings of libraries")
@pytest.mark.parametrize(("backend", "kinds", "by_library"), READERS)
def test_a_file_is_opened_once(folder: pathlib.Path, backend: str | None, kinds: set[str], by_library: int) -> None:
    for kind, piece in itertools.product(sorted(kinds), ((0, -1), (FAR, 1000))):
        path = str(folder / f"x.{kind}")
        with _counted(path) as counts:
            dispatcher.load(path, *piece, backend=backend)
        assert counts == [1, by_library], (kind, piece)
    for kind in sorted(kinds - {"flac"}):
        path = str(folder / f"x.{kind}")
        with _counted(path) as counts:
            dispatcher.info(path, backend=backend)
        assert counts == [1, by_library], kind
