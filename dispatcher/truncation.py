"""Noticing that a file holds less than its header promises, and refusing one that promises what nothing can hold."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatcher import backend, notices, parts, promises, shortage, source
from dispatcher.errors import BackendError, TruncatedInputError, describe, problem

if TYPE_CHECKING:
    import torch

    from dispatcher.backend import Backend
    from dispatcher.requests import Load
    from dispatcher.settings import Settings

# decoded, in bytes: more than a 32-bit header can promise by mistake, and more than a tensor is ever asked to be
_ABSURD = 1 << 36
_BYTES_DECODED = 4
# samples in a byte of the file: silence in flac comes to a few thousand
_MOST_SAMPLES_PER_BYTE = 1 << 14


def _looked_at(uri: Any) -> bool:
    """Whether this is something whose header can be read beforehand: a file's path, or a file object; no URL, no pipe."""
    return backend.is_readable(uri) or source.is_regular(uri)


def load(reader: Backend, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
    """What ``reader.load`` gives.

    Warns:
        TruncatedInputWarning: fewer frames are there than the header promises, and the flag ``truncated`` is ``warn``.

    Raises:
        TruncatedInputError: (a RuntimeError) the same, and the flag is ``error``.
        BackendError: (a RuntimeError) the header promises 64 GiB of samples or more, and the file cannot hold them.
    """
    looked_at = _looked_at(asked.uri)
    promise = promises.of(asked.uri) if looked_at else None
    if promise is not None:
        _refuse_absurd(promise, asked, reader.name)
    spliced = _spliced(reader, asked) if looked_at and reader.reads_on_in is not None else None
    missing = _missing(asked)
    waveform, rate = reader.load(asked, settings)
    got = waveform.shape[1 if asked.channels_first else 0]
    if spliced is not None and got != asked.num_frames and asked.frame_offset >= 0 and asked.frame_offset + got < spliced.frames:
        _tell_of_parts(reader.name, asked.uri, spliced.parts)
        return waveform, rate
    if looked_at:
        _tell(reader.name, asked, got, promise, missing, settings)
    return waveform, rate


def teller(name: str, asked: Load, settings: Settings) -> Callable[[int], None]:
    """What to call with the number of frames that came, where a decoder leaves some out: the file's structure alone counts.

    What it gives raises TruncatedInputError (a RuntimeError) where the file is cut, and the flag ``truncated`` is ``error``.
    """
    missing = _missing(asked)
    promise = promises.of(asked.uri) if _looked_at(asked.uri) and not shortage.judges(asked.uri) else None
    return lambda got: _tell(name, asked, got, promise, missing, settings)


def _missing(asked: Load) -> Callable[[], str | None]:
    """What tells what is missing of a file; a file object is looked at now, before it is read from."""
    if not backend.is_readable(asked.uri):
        return functools.partial(shortage.of, asked.uri) if _looked_at(asked.uri) else lambda: None
    found = shortage.of(asked.uri)
    return lambda: found


def _tell(
    name: str, asked: Load, got: int, promise: promises.Promise | None, missing: Callable[[], str | None], settings: Settings
) -> None:
    # of a piece that came whole, nothing is missing
    if settings.truncated == "ignore" or asked.frame_offset < 0 or got == asked.num_frames:
        return
    found = asked.frame_offset + got
    # where the piece lies behind the end, how far before it the end is was not seen
    there = f"{found}" if got or not asked.frame_offset else f"no more than {asked.frame_offset}"
    if promise is not None and found < promise.frames:
        why = f"its header promises {promise.frames} frames, and {there} are there"
    else:
        cut = missing()
        if cut is None:
            return
        why = f"{cut}; {there} frames were read"
    text = f"{describe(asked.uri)} is cut short: {why}"
    if settings.truncated == "error":
        hint = "Fetch it again, or read what is there with the flag truncated='ignore'."
        raise problem(TruncatedInputError, "read", asked.uri, text, backend=name, hint=hint)
    notices.warn(text, notices.TruncatedInputWarning)


class _Spliced(NamedTuple):
    """A file put together of several, of which a backend may give fewer frames than it has."""

    parts: list[parts.Part]
    frames: float


def _spliced(reader: Backend, asked: Load) -> _Spliced | None:
    """What is known of a file put together of several; ``None`` for any other.

    Raises:
        BackendError: the backend would read on, at the rate of the first part.
    """
    found = parts.of(asked.uri)
    if len(found) < 2 or reader.reads_on_in is None:
        return None
    first = found[0]
    if first.kind not in reader.reads_on_in:
        return _Spliced(found, math.inf)
    cause = parts.change(found)
    if not cause:
        return _Spliced(found, parts.frames(asked.uri))
    raise problem(BackendError, "read", asked.uri, cause, backend=reader.name, hint=parts.mend(asked.uri, found))


def _tell_of_parts(name: str, uri: Any, found: list[parts.Part]) -> None:
    text = f"{describe(uri)} was put together of {len(found)} files, and the {name} backend does not read all of them"
    step = parts.mend(uri, found) if parts.change(found) else f"backend='ffmpeg' goes on at byte {found[1].begin}"
    notices.warn(f"{text}: {step}", notices.TruncatedInputWarning)


def _refuse_absurd(promise: promises.Promise, asked: Load, name: str) -> None:
    samples = promise.frames * promise.channels
    wanted = samples if asked.num_frames < 0 else min(samples, asked.num_frames * promise.channels)
    if wanted * _BYTES_DECODED >= _ABSURD and wanted > promise.size * _MOST_SAMPLES_PER_BYTE:
        cause = f"its header promises {promise.frames} frames of {promise.channels} channels, which its {promise.size} bytes cannot hold"
        raise problem(BackendError, "read", asked.uri, cause, backend=name)


def tell_of_loss(library: str, counted: int, begin: int, found: int, place: Any, uri: Any) -> None:
    """Warn of frames that a library has counted and does not give, where no header promises them; ``load`` tells of those.

    Args:
        counted: frames that the library says there are.
        begin: the frame at which the piece begins.
        found: frames of it that came.
        place: what the header can be read from.
        uri: what the caller named.
    """
    if promises.more_than(place, begin + found):
        return
    there = f"only {begin + found}" if found or not begin else f"no more than {begin}"
    text = f"{library} counts {counted} frames in {describe(uri)}, and {there} could be decoded"
    notices.warn(text, notices.DamagedInputWarning)
