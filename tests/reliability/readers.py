"""Read a file in every way that gives its samples: each backend, 2.9, streams, effects."""

import pytest
import torch

import compat
import dispatcher
from dispatcher.streams.reader import StreamReader
from tests import streaming

_sox = pytest.mark.libsox
IN_PIECES = ["StreamReader", "StreamReader after seek"]
READERS = ["ffmpeg", "soundfile", pytest.param("sox", marks=_sox), "2.9", *IN_PIECES, pytest.param("effects", marks=_sox)]


def samples(path: str, reader: str | None) -> torch.Tensor:
    """The samples, ``[channel, time]``; ``None`` is the backend that ``load`` chooses."""
    if reader in IN_PIECES:
        opened = StreamReader(path)
        if reader == IN_PIECES[1]:
            opened.seek(0.5)
        return streaming.sound(opened).T
    if reader == "effects":
        return compat.standin("2.2").sox_effects.apply_effects_file(path, [])[0]
    return (compat.standin("2.9").load(path) if reader == "2.9" else dispatcher.load(path, backend=reader))[0]
