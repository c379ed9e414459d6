"""Late pieces of one damaged file: each must be what lies there in the whole, whoever sought it."""

import functools
import random
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

import dispatcher
from dispatcher import notices
from dispatcher.errors import AudioError
from dispatcher.metadata import AudioMetaData
from tests.reliability.fuzz import limits
from tests.reliability.fuzz.calls import Call

NAMES = ("whole", "info", *(f"piece {number}" for number in range(4)))
_EXACT = dispatcher.functions(dispatcher.Chooser(dispatcher.Registry(), dispatcher.Settings(exact_num_frames=True)))


# not tensors: torch's threads are gone in a forked child, and its operations would wait for them
_Samples: TypeAlias = "npt.NDArray[np.float32]"
_NOTHING = np.empty((0, 0), np.float32)
_GUESSED = 1 << 16


class DisagreementError(Exception):
    """Two readings of one file that do not go together, and nobody was warned."""


class _Read(NamedTuple):
    """What load gives: samples, rate, whether it warned; or its error."""

    samples: _Samples
    rate: int
    warned: bool
    error: AudioError | None = None

    @property
    def frames(self) -> int:
        return int(self.samples.shape[1])

    def value(self) -> tuple[_Samples, int]:
        if self.error is not None:
            raise self.error
        return self.samples, self.rate


def _load(path: str, backend: str, *piece: int) -> _Read:
    try:
        with notices.collected() as warned:
            samples, rate = _EXACT.load(path, *piece, backend=backend)
    except AudioError as why:
        return _Read(_NOTHING, 0, False, why)
    return _Read(samples.numpy(), rate, bool(warned))


def _places(chance: random.Random, frames: int) -> Iterator[tuple[int, int]]:
    """Pieces late in the sound, at its end, across it and behind it."""
    yield chance.randrange(frames // 2, frames + 1), chance.choice((1, 7, 1000, 20_000))
    yield max(0, frames - chance.choice((1, 2, 100, 5000))), chance.choice((-1, 1, 50, 10**6))
    yield chance.randrange(frames + 1), -1
    yield frames + chance.choice((0, 1, 1000, 2**31, 2**62)), chance.choice((-1, 1, 1000))


def of(backend: str, path: str, data: bytes, chance: random.Random) -> Iterator[Call]:
    """The calls for one file, to be made in turn; each gives a value, or raises."""
    whole = _Read(_NOTHING, 0, False)

    def load() -> tuple[_Samples, int]:
        nonlocal whole
        whole = _load(path, backend)
        return whole.value()

    def info() -> AudioMetaData:
        with notices.collected() as warned:
            found = _EXACT.info(path, backend=backend)
        certain = whole.error is None and not whole.warned and not warned and _fits(backend, "info", data)
        if certain and not 0 <= found.num_frames - whole.frames <= limits.MISCOUNTED[backend]:
            raise DisagreementError(f"info counts {found.num_frames} frames, load gives {whole.frames}")
        return found

    def piece(offset: int, count: int) -> tuple[_Samples, int]:
        found = _load(path, backend, offset, count)
        if _fits(backend, "piece", data):
            place = slice(offset, None if count < 0 else offset + count)
            compare(f"{count} frames at {offset} of {whole.frames}", whole, found, place)
        return found.value()

    yield Call(NAMES[0], load)
    yield Call(NAMES[1], info)
    for name, place in zip(NAMES[2:], _places(chance, whole.frames or _GUESSED), strict=True):
        yield Call(name, functools.partial(piece, *place))


def _fits(backend: str, what: str, data: bytes) -> bool:
    """Whether a backend should make the same of such a file however it is read."""
    return not data.startswith(limits.DIFFERENT.get((backend, what), ()))


def compare(what: str, whole: _Read, found: _Read, place: slice, *, near: float = 0.0) -> None:
    """See that what was read is what lies there in the whole, unless somebody was warned; ``near`` is the most that samples may differ."""
    if any(read.error is not None or read.warned for read in (whole, found)):
        return
    expected = whole.samples[:, place]
    if found.samples.shape != expected.shape:
        raise DisagreementError(f"{what}: shape {found.samples.shape}, of the whole {expected.shape}")
    # bit for bit: damaged floats need not be numbers
    same = found.samples.tobytes() == expected.tobytes()
    if not same and not (near and np.allclose(found.samples, expected, rtol=0, atol=near, equal_nan=True)):
        wrong = (found.samples != expected).any(0).nonzero()[0]
        raise DisagreementError(f"{what}: {len(wrong)} frames differ, from {wrong.min()} to {wrong.max()}")
