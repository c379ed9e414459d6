"""Named pipes: they are opened once, by who reads them, so that nothing is lost and nobody waits for a writer that is gone."""

import os
import pathlib
import subprocess
import threading
from collections.abc import Callable
from typing import Any

import pytest

import dispatcher
from tests.conftest import ASSETS

SECONDS = 60
CASES = [
    (backend, name)
    for backend in ("ffmpeg", "soundfile", "sox", None)
    for name in ("stereo_s16.wav", "mono_vbr.mp3", "stereo_16.flac")
    if (backend, name) != ("soundfile", "stereo_16.flac")  # libsndfile seeks in flac
]


def _piece(path: str, backend: str | None) -> Any:
    return dispatcher.load(path, 100, backend=backend)


@pytest.mark.libsox
@pytest.mark.parametrize("call", [dispatcher.load, dispatcher.info, _piece], ids=["load", "info", "piece"])
@pytest.mark.parametrize(("backend", "name"), [*CASES, ("soundfile", "stereo.vorbis.ogg")])
def test_a_pipe_is_read_whole(call: Callable[..., Any], backend: str | None, name: str, tmp_path: pathlib.Path) -> None:
    """From a writer that writes all it has, and goes."""
    pipe, found = str(tmp_path / name), []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(call(pipe, backend=backend)), daemon=True)
    with subprocess.Popen(["sh", "-c", 'cat "$1" > "$2"', "sh", str(ASSETS / name), pipe]) as writer:
        reader.start()
        reader.join(SECONDS)
        hangs = reader.is_alive()
        writer.kill()
    if hangs:  # lets it go
        os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))
    assert not hangs
    assert len(found) == 1
    if call is not dispatcher.info:
        assert found[0][0].shape == call(str(ASSETS / name), backend=backend)[0].shape
