"""All ways of reading one damaged file, and whether what came of it is allowed: a value, or a documented error.

``short`` reads anything, by path or file object. ``late_pieces`` and ``everything`` read the whole first, and compare all else with it:
other readings must agree, or somebody must be warned. No reading uses torch's threads, which are gone in a forked child.
"""

import collections
import io
import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

import dispatcher
from dispatcher import notices
from dispatcher.errors import AudioError
from dispatcher.metadata import AudioMetaData
from dispatcher.requests import Blocks, Load
from dispatcher.settings import Settings
from dispatcher.streams.reader import StreamReader
from tests.reliability.fuzz import limits

_REGISTRY = dispatcher.Registry()
_SETTINGS = Settings(exact_num_frames=True)
_EXACT = dispatcher.functions(dispatcher.Chooser(_REGISTRY, _SETTINGS))
_ENOUGH = 2**40
_GUESSED = 1 << 16
_BLOCK = 4096
_NOTHING = np.empty((0, 0), np.float32)
# of these libsndfile and libsox round the last bits by where they are read up to, FFmpeg's decoders by what they were given before
_ROUNDED = (b"ID3", b"\xff", b"OggS")
_NEAR = 2e-6

# One call: its name, a function and its arguments
Call = collections.namedtuple("Call", "name run arguments", defaults=((),))


class DisagreementError(Exception):
    """Two readings of one file that do not go together, and nobody was warned."""


def outcome(call: Call) -> tuple[str, str]:
    """What kind of outcome a call has: ``value``, ``error``, or else what is wrong with it, in words."""
    try:
        value = call.run(*call.arguments)
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


def short(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """By path or, where the backend takes them, by file object."""
    as_object = backend != "sox" and chance.random() < 0.5

    def reading(read: Callable[..., Any], *arguments: Any) -> Any:
        return read(io.BytesIO(data) if as_object else path, *arguments, backend=backend)

    offset, count = chance.choice((0, 1, 100, 5000, 10**6, 2**31, 2**62)), chance.choice((1, 7, 1000, 2**31, 2**62))
    normalize = chance.random() < 0.7
    yield Call("info", reading, (dispatcher.info,))
    yield Call("load", reading, (dispatcher.load, 0, -1, normalize))
    yield Call("piece", reading, (dispatcher.load, offset, count, normalize))
    yield Call("piece at the end", reading, (dispatcher.load, chance.randrange(4000), -1, normalize))
    if backend == "ffmpeg":
        yield Call("streamed", _streamed, (io.BytesIO(data) if as_object else path, chance))


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


class _Read(NamedTuple):
    """What load gives: samples, rate, whether it warned; or its error."""

    samples: Any
    rate: int
    warned: bool
    error: AudioError | None = None

    def value(self) -> tuple[Any, int]:
        if self.error is not None:
            raise self.error
        return self.samples, self.rate


class _Compared:
    """A file, and the whole of it as a backend reads it; ``structure``: what was changed is the structure of the file."""

    def __init__(self, backend: str, path: str, data: bytes, structure: bool) -> None:
        self.backend, self.path, self.data, self.structure = backend, path, data, structure
        self.whole, self.frames = _Read(_NOTHING, 0, False), _GUESSED

    def load(self) -> Any:
        self.whole = self._read(self.path)
        self.frames = self.whole.samples.shape[1] or _GUESSED
        return self.whole.value()

    def info(self) -> AudioMetaData:
        with notices.collected() as warned:
            found = _EXACT.info(self.path, backend=self.backend)
        channels, frames = self.whole.samples.shape
        if self.whole.error is None and not self.whole.warned and not warned and self._fits("info"):
            if not 0 <= found.num_frames - frames <= (0 if self.structure else limits.MISCOUNTED[self.backend]):
                raise DisagreementError(f"info counts {found.num_frames} frames, load gives {frames}")
            if (found.sample_rate, found.num_channels) != (self.whole.rate, channels):
                raise DisagreementError(f"info tells {found}, load gives {self.whole.rate} Hz, {channels} channels")
        return found

    def piece(self, offset: int, count: int) -> Any:
        found = self._read(self.path, offset, count)
        place = slice(offset, None if count < 0 else offset + count)
        return self._agreed(f"{count} frames at {offset} of {self.whole.samples.shape[1]}", found, place, sought=True)

    def blocks(self) -> Any:
        asked = Blocks(self.path, True, None, _BLOCK, _BLOCK)
        with notices.collected() as warned, _REGISTRY.get(self.backend).stream(asked, _SETTINGS) as stream:
            taken = list(stream.blocks)
        found = _Read(np.concatenate(taken, 1) if taken else _NOTHING, stream.metadata.sample_rate, bool(warned))
        return self._agreed("blocks", found, sought=True) if self.whole.samples.shape[1] else found.value()

    def as_object(self) -> Any:
        return self._agreed("object", self._read(io.BytesIO(self.data)))

    def unnamed(self) -> Any:
        """Without a backend's name, where FFmpeg comes first and may be replaced by one that does the same."""
        with notices.collected():
            samples, rate = _EXACT.load(self.path)
        if self.whole.error is not None:
            raise DisagreementError(f"without a name: {samples.shape}, by FFmpeg: {self.whole.error}")
        return self._agreed("unnamed", _Read(samples.numpy(), rate, False))

    def effects(self) -> Any:
        sox: Any = _REGISTRY.get("sox")
        return sox.apply_effects_to_file(Load(self.path), [["gain", "-1"], ["rate", "8000"]], Settings())

    def reader(self) -> Any:
        reader = StreamReader(self.path)
        reader.add_basic_audio_stream(_BLOCK)
        taken = [chunk.numpy() for (chunk,) in reader.stream() if chunk is not None]
        return (np.concatenate(taken).T if taken else _NOTHING), 0

    def _read(self, place: Any, *piece: int) -> _Read:
        try:
            with notices.collected() as warned:
                samples, rate = _EXACT.load(place, *piece, backend=self.backend)
        except AudioError as why:
            return _Read(_NOTHING, 0, False, why)
        return _Read(samples.numpy(), rate, bool(warned))

    def _fits(self, what: str) -> bool:
        """Whether the backend should make the same of such a file however it is read."""
        return not self.data.startswith(limits.DIFFERENT.get((self.backend, what), ()))

    def _agreed(self, what: str, found: _Read, place: slice = slice(None), *, sought: bool = False) -> Any:
        """See that what was read is what lies there in the whole, unless somebody was warned; give it."""
        moved = self.structure and sought and self.data.startswith(limits.REARRANGED.get(self.backend, ()))
        if self._fits("piece") and not moved and not any(read.error is not None or read.warned for read in (self.whole, found)):
            near = _NEAR if self.structure and self.data.startswith(_ROUNDED) else 0.0
            _compare(what, self.whole.samples[:, place], found.samples, near)
        return found.value()


def _compare(what: str, expected: Any, found: Any, near: float) -> None:
    """See that two sounds are the same, bit for bit, since damaged floats need not be numbers; or as near as this."""
    if found.shape != expected.shape:
        raise DisagreementError(f"{what}: shape {found.shape}, of the whole {expected.shape}")
    same = found.tobytes() == expected.tobytes()
    if not same and not (near and np.allclose(found, expected, rtol=0, atol=near, equal_nan=True)):
        wrong = (found != expected).any(0).nonzero()[0]
        raise DisagreementError(f"{what}: {len(wrong)} frames differ, from {wrong.min()} to {wrong.max()}")


def late_pieces(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """The whole, its length, and pieces late in the sound, at its end, across it and behind it."""
    file = _Compared(backend, path, data, structure=False)
    yield Call("whole", file.load)
    yield Call("info", file.info)
    frames = file.frames
    yield Call("piece late", file.piece, (chance.randrange(frames // 2, frames + 1), chance.choice((1, 7, 1000, 20_000))))
    yield Call("piece at the end", file.piece, (max(0, frames - chance.choice((1, 2, 100, 5000))), chance.choice((-1, 1, 50, 10**6))))
    yield Call("piece to the end", file.piece, (chance.randrange(frames + 1), -1))
    yield Call("piece behind", file.piece, (frames + chance.choice((0, 1, 1000, 2**31, 2**62)), chance.choice((-1, 1, 1000))))


def everything(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """All readings there are, for a file whose structure was changed."""
    file = _Compared(backend, path, data, structure=True)
    yield Call("whole", file.load)
    yield Call("info", file.info)
    frames = file.frames
    yield Call("early piece", file.piece, (chance.choice((0, 1, 100)), chance.choice((1, 1000))))
    yield Call("late piece", file.piece, (chance.randrange(frames // 2, frames + 1), chance.choice((7, 20_000))))
    yield Call("end", file.piece, (max(0, frames - chance.choice((1, 50, 5000))), -1))
    yield Call("blocks", file.blocks)
    if backend != "sox":
        yield Call("as object", file.as_object)
    if backend == "ffmpeg":
        yield Call("unnamed", file.unnamed)
        yield Call("reader", file.reader)
    if backend == "sox":
        yield Call("effects", file.effects)
