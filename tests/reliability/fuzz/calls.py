"""All ways of reading one damaged file, and whether what came of it is allowed."""

import collections
import io
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

import dispatcher
from dispatcher.errors import AudioError
from dispatcher.metadata import AudioMetaData
from dispatcher.streams.reader import StreamReader

NAMES = ("info", "load", "piece", "piece at the end", "streamed")
_ENOUGH = 2**40


# One call; ``run`` makes it
Call = collections.namedtuple("Call", "name run")


def of(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """The calls for one file, by path or, where the backend takes them, by file object."""
    as_object = backend != "sox" and chance.random() < 0.5

    def place() -> Any:
        return io.BytesIO(data) if as_object else path

    offset, count = chance.choice((0, 1, 100, 5000, 10**6, 2**31, 2**62)), chance.choice((1, 7, 1000, 2**31, 2**62))
    normalize = chance.random() < 0.7
    yield Call("info", lambda: dispatcher.info(place(), backend=backend))
    yield Call("load", lambda: dispatcher.load(place(), normalize=normalize, backend=backend))
    yield Call("piece", lambda: dispatcher.load(place(), offset, count, normalize, backend=backend))
    yield Call("piece at the end", lambda: dispatcher.load(place(), chance.randrange(4000), -1, normalize, backend=backend))
    if backend == "ffmpeg":
        yield Call("streamed", lambda: _streamed(place(), chance))


def _streamed(place: Any, chance: random.Random) -> tuple[torch.Tensor, int]:
    """The last chunk of sound and of pictures that a reader gives, after a seek at times."""
    reader = StreamReader(place)
    last: torch.Tensor = torch.zeros(0, 1)
    if reader.default_audio_stream is not None:
        reader.add_basic_audio_stream(chance.choice((100, 5000, -1)), sample_rate=chance.choice((None, 8000)))
    if reader.default_video_stream is not None:
        reader.add_basic_video_stream(2)
    if chance.random() < 0.3:
        reader.seek(chance.choice((0.0, 0.1, 1e6)), chance.choice(("key", "any", "precise")))
    for chunks in reader.stream():
        for chunk in chunks:
            last = last if chunk is None else torch.Tensor(chunk.float())
    return last.flatten(1), reader.num_src_streams


def outcome(call: Call) -> tuple[str, str]:
    """What kind of outcome a call has: ``value``, ``error``, or else what is wrong with it, in words."""
    try:
        value = call.run()
    except AudioError as why:
        return "error", type(why).__name__
    except BaseException as why:
        return f"undocumented {type(why).__name__}", str(why)[:300]
    if isinstance(value, AudioMetaData):
        good = all(isinstance(each, int) for each in (value.sample_rate, value.num_frames, value.num_channels, value.bits_per_sample))
        good = good and 0 <= value.num_channels < _ENOUGH and value.num_frames >= 0
        return ("value", "") if good else ("absurd metadata", repr(value))
    waveform, rate = value
    good = isinstance(waveform, (torch.Tensor, np.ndarray)) and waveform.ndim == 2 and isinstance(rate, int)
    return ("value", "") if good else ("absurd value", f"{type(waveform)} {rate!r}")
