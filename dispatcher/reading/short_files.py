"""Report a file that holds less than its header says, and refuse one whose header is absurd."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dispatcher import backend, interrupts, notices
from dispatcher.errors import BackendError, TruncatedInputError, describe, problem
from dispatcher.headers import promises, shortage
from dispatcher.reading import file_objects, joined_files

if TYPE_CHECKING:
    import torch

    from dispatcher.backend import Backend
    from dispatcher.requests import Load
    from dispatcher.settings import Settings

# bytes once decoded: more than a wrong 32-bit header can say, and more than anybody loads at once
_ABSURD = 1 << 36
_BYTES_DECODED = 4
# silence in flac comes to a few thousand samples in a byte of the file
_MOST_SAMPLES_PER_BYTE = 1 << 14


def _looked_at(uri: Any) -> bool:
    """Return whether the header can be read beforehand; that of a URL or a pipe cannot."""
    return backend.is_readable(uri) or file_objects.is_regular(uri)


def load(reader: Backend, asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
    """Return what ``reader.load`` returns.

    Warns:
        TruncatedInputWarning: there are fewer frames than the header says, and the flag
            ``truncated`` is ``warn``.

    Raises:
        TruncatedInputError: (a RuntimeError) the same, and the flag is ``error``.
        BackendError: (a RuntimeError) the header says 64 GiB of samples or more, and the file
            cannot hold them.
    """
    looked_at = _looked_at(asked.uri)
    promise = promises.of(asked.uri) if looked_at else None
    if promise is not None:
        _refuse_absurd(promise, asked, reader.name)
    start = _position(asked.uri)
    spliced = reads_on(reader, asked.uri) if looked_at and reader.reads_on_in else None
    missing = _missing(asked, start)
    if promise is not None and promise.is_odd:
        _tell_of_misreading(reader, asked, promise, start, settings)
    waveform, rate = reader.load(asked, settings)
    got = waveform.shape[1 if asked.channels_first else 0]
    # a piece that came whole lies in the first part, so the file need not be searched for others
    if (
        looked_at
        and reader.reads_on_in is not None
        and got != asked.num_frames
        and asked.frame_offset >= 0
    ):
        spliced = spliced or _stops(reader, asked, start)
        if spliced is not None and asked.frame_offset + got < spliced.frames:
            _tell_of_parts(reader.name, asked.uri, spliced.parts)
            return waveform, rate
    if looked_at:
        _tell(reader.name, asked, got, promise, missing, settings)
    return waveform, rate


def _tell_of_misreading(
    reader: Backend, asked: Load, promise: promises.Promise, start: int | None, settings: Settings
) -> None:
    """Warn if a backend counts more frames than the header of a file promises."""
    counted = 0
    with contextlib.suppress(BackendError):
        counted = reader.info(asked.uri, asked.format, asked.buffer_size, settings).num_frames
    if start is not None:
        with interrupts.allowed():
            asked.uri.seek(start)
    if counted > promise.frames:
        _warn_of_misreading(reader.name, asked.uri, promise.frames, counted)


def _warn_of_misreading(name: str, uri: Any, promised: int, counted: int) -> None:
    notices.warn(
        f"{describe(uri)} may come out wrong: its header promises {promised} frames, and the "
        f"{name} backend makes {counted} of it. `python -m compat.doctor FILE` compares what "
        "each backend gives",
        notices.MisreadInputWarning,
    )


def teller(name: str, asked: Load, settings: Settings) -> Callable[[int], None]:
    """Return a function that reports a cut file, to be called with the number of frames that came.

    It is for a decoder that leaves some frames out, so the header's number counts only for files
    whose structure does not tell. The function raises TruncatedInputError (a RuntimeError) if the
    flag ``truncated`` is ``error``.
    """
    missing = _missing(asked, _position(asked.uri))
    by_header = promises.of(asked.uri) if _looked_at(asked.uri) else None
    promise = by_header if by_header is not None and not shortage.judges(asked.uri) else None

    def tell(got: int) -> None:
        found = max(asked.frame_offset, 0) + got
        if by_header is not None and by_header.is_odd and found > by_header.frames:
            _warn_of_misreading(name, asked.uri, by_header.frames, found)
        else:
            _tell(name, asked, got, promise, missing, settings)

    return tell


def _missing(asked: Load, start: int | None) -> Callable[[], str | None]:
    """Return a function that tells what is missing of a file; a file object's data begins at ``start``."""
    if not _looked_at(asked.uri) or (start is None and backend.is_readable(asked.uri)):
        return lambda: None
    return functools.partial(shortage.of, asked.uri, start)


def _tell(
    name: str,
    asked: Load,
    got: int,
    promise: promises.Promise | None,
    missing: Callable[[], str | None],
    settings: Settings,
) -> None:
    """Warn, or raise, if a piece is shorter than asked for and the header or structure has more."""
    # a piece that came whole lacks nothing
    if settings.truncated == "ignore" or asked.frame_offset < 0 or got == asked.num_frames:
        return
    found = asked.frame_offset + got
    # nothing came from beyond the end, so the end lies at the offset or anywhere before it
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
    """A file joined from several, of which a backend may return fewer frames than it has."""

    parts: list[joined_files.Part]
    frames: float


def _position(uri: Any) -> int | None:
    """Return where a file object stands, in bytes; ``None`` for a path, or if it does not say."""
    if not backend.is_readable(uri):
        return None
    try:
        with interrupts.allowed():
            found = uri.tell()
    except (OSError, ValueError, TypeError, AttributeError, NotImplementedError):
        return None
    return found if isinstance(found, int) else None


def reads_on(reader: Backend, uri: Any) -> _Spliced | None:
    """Return the parts of a joined file that the backend reads on in; ``None`` for any other file.

    Raises:
        BackendError: it would read on at the rate of the first part.
    """
    found = joined_files.of(uri, reader.reads_on_in or ())
    if len(found) < 2:
        return None
    cause = joined_files.change(found)
    if not cause:
        return _Spliced(found, joined_files.frames(uri) or math.inf)
    raise problem(
        BackendError, "read", uri, cause, backend=reader.name, hint=joined_files.mend(uri, found)
    )


def _stops(reader: Backend, asked: Load, start: int | None) -> _Spliced | None:
    """Return the parts of a joined file of which the backend reads only the first; ``None`` for any other file."""
    found = joined_files.of(
        asked.uri, joined_files.KINDS - (reader.reads_on_in or frozenset()), start
    )
    return _Spliced(found, math.inf) if len(found) > 1 else None


def _tell_of_parts(name: str, uri: Any, found: list[joined_files.Part]) -> None:
    """Warn that a backend does not read all parts of a joined file."""
    text = f"{describe(uri)} was put together of {len(found)} files, and the {name} backend does not read all of them"
    notices.warn(f"{text}: {joined_files.further(uri, found)}", notices.TruncatedInputWarning)


def _refuse_absurd(promise: promises.Promise, asked: Load, name: str) -> None:
    """Refuse a header that promises what neither the file nor memory can hold."""
    samples = promise.frames * promise.channels
    wanted = samples if asked.num_frames < 0 else min(samples, asked.num_frames * promise.channels)
    if wanted * _BYTES_DECODED >= _ABSURD and wanted > promise.size * _MOST_SAMPLES_PER_BYTE:
        cause = f"its header promises {promise.frames} frames of {promise.channels} channels, which its {promise.size} bytes cannot hold"
        raise problem(BackendError, "read", asked.uri, cause, backend=name)


def tell_of_loss(library: str, counted: int, begin: int, found: int, place: Any, uri: Any) -> None:
    """Warn of frames that a library counts but does not return, unless the header promises them.

    ``load`` warns of those that the header promises.

    Args:
        library: its name.
        counted: frames that the library says there are.
        begin: the frame at which the piece begins.
        found: frames of the piece that came.
        place: what the header can be read from.
        uri: what the caller named.
    """
    if promises.more_than(place, begin + found):
        return
    there = f"only {begin + found}" if found or not begin else f"no more than {begin}"
    text = f"{library} counts {counted} frames in {describe(uri)}, and {there} could be decoded"
    notices.warn(text, notices.DamagedInputWarning)
