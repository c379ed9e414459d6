"""PyAV no longer passes on the errors of file objects after an interrupt at a bad moment; the calls tell them all the same."""

import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import av
import pytest
import torch

import compat
import dispatcher
from dispatcher.streams.reader import StreamReader
from tests import streaming
from tests.conftest import ASSETS
from tests.doubles import Watched, fails
from tests.tables import table

DATA = (ASSETS / "stereo_s16.wav").read_bytes()
SOUND = torch.zeros(20000, 2)


class MineError(OSError):
    """What the object raises."""


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """Leave PyAV as a signal within its ``err_check`` leaves it: with an old error that it does not count."""
    with pytest.raises(MineError):
        av.open(Watched(read=fails(MineError)))
    gc.unfreeze()  # the collector shows only what is not frozen
    errors = next(one for one in gc.get_objects() if type(one) is threading.local and hasattr(one, "exc_info"))
    errors.exc_info = (ValueError, ValueError("an old one"), None)
    with pytest.raises(av.FFmpegError):
        av.open(Watched(read=fails(MineError)))
    yield
    errors.exc_info = None


@pytest.mark.usefixtures("_forgetful")
@table(
    "call, method",
    {
        "load": (lambda file: dispatcher.load(file, backend="ffmpeg"), "read"),
        "piece": (lambda file: dispatcher.load(file, 1000, 500, backend="ffmpeg"), "read"),
        "info": (lambda file: dispatcher.info(file, backend="ffmpeg"), "read"),
        "load of 2.9": (lambda file: compat.standin("2.9").load(file), "read"),
        "StreamReader": (lambda file: streaming.chunks(StreamReader(file)), "read"),
        "StreamWriter": (lambda file: streaming.write(file, SOUND, container="wav"), "write"),
        "StreamWriter that goes back": (lambda file: streaming.write(file, SOUND, container="wav"), "seek"),
    },
)
def test_the_error_of_the_object_is_told(call: Callable[[Any], Any], method: str) -> None:
    told = []
    for at in range(1, 9):
        try:
            call(Watched(b"" if method != "read" else DATA, **{method: fails(MineError("mine"), at)}))
        except (RuntimeError, OSError) as why:
            told.append(str(why))
    assert told
    assert all("mine" in each for each in told), told
