"""Report a file that holds less than its header says, and refuse one whose header is absurd."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from dispatcher import interrupts, notices
from dispatcher.backend import Backend
from dispatcher.errors import BackendError, TruncatedInputError, describe, problem
from dispatcher.headers import ogg, registry
from dispatcher.headers.container import Length, Part
from dispatcher.headers.file import File
from dispatcher.lazily import torch
from dispatcher.reading import joined_files
from dispatcher.reading.file_objects import is_readable
from dispatcher.reading.opened import look, opened, put_back
from dispatcher.requests import Load
from dispatcher.settings import Settings

_Found = TypeVar("_Found")
# bytes once decoded: more than a wrong 32-bit header can say, and more than anybody loads at once
_ABSURD = 1 << 36
_BYTES_DECODED = 4
# silence in flac comes to a few thousand samples in a byte of the file
_MOST_SAMPLES_PER_BYTE = 1 << 14


def load(
    reader: Backend,
    asked: Load,
    settings: Settings,
    faster: Callable[[Load], Any] = lambda _: None,
) -> tuple[torch.Tensor, int]:
    """Return what ``reader.load`` returns, or for a plain file what ``reader.load_plain`` does.

    For other files ``faster`` is tried first; it returns ``None`` where its result might differ.

    Warns:
        TruncatedInputWarning: there are fewer frames than the header says, and the flag
            ``truncated`` is ``warn``.

    Raises:
        TruncatedInputError: (a RuntimeError) the same, and the flag is ``error``.
        BackendError: (a RuntimeError) the header says 64 GiB of samples or more, and the file
            cannot hold them.
    """
    with opened(asked.place) as file:
        asked = asked._replace(file=file)
        found = reader.load_plain(asked) or faster(asked)
        if found is not None:
            return found
        # the headers of a URL or a pipe cannot be read beforehand
        if file is None and not is_readable(asked.uri):
            return reader.load(asked, settings)

        def read() -> tuple[tuple[torch.Tensor, int], int]:
            found = reader.load(asked, settings)
            return found, found[0].shape[1 if asked.channels_first else 0]

        return judged(reader, asked, settings, read)


def judged(
    reader: Backend, asked: Load, settings: Settings, read: Callable[[], tuple[_Found, int]]
) -> _Found:
    """Read a piece of a file, and tell if it is cut or damaged, as ``load`` does.

    ``read`` returns what this function is to return, and how many frames that has.
    """
    promise, joined = examined(reader, asked)
    start = position(asked.uri)
    if promise is not None and promise.end is not None and look(asked.place, registry.is_odd):
        _look_for_misreading(reader, asked, promise, start, settings)
    found, got = read()
    # a piece that came whole lies in the first part, so the file need not be searched for others
    if reader.reads_on_in is not None and got != asked.num_frames and asked.frame_offset >= 0:
        joined = joined or _stops(reader, asked, start)
        if joined is not None and asked.frame_offset + got < joined.frames:
            _warn_of_parts(reader.name, asked.uri, joined.parts)
            return found
    _warn_missing_frames(reader.name, asked, got, promise, start, settings)
    return found


def examined(reader: Backend, asked: Load) -> tuple[Length | None, _Joined | None]:
    """Return the length by the header, and the parts if it is a joined file that is read on in.

    Raises:
        BackendError: ``load`` would refuse the file without decoding it.
    """
    promise = look(asked.place, registry.length)
    if promise is not None:
        _refuse_absurd(promise, asked, reader.name)
    return promise, reads_on(reader, asked.place, asked.uri) if reader.reads_on_in else None


def _look_for_misreading(
    reader: Backend, asked: Load, promise: Length, start: int | None, settings: Settings
) -> None:
    """Warn if a backend counts more frames than the header of a file promises."""
    counted = 0
    with notices.collected(), contextlib.suppress(BackendError):  # loading warns itself
        counted = reader.info(asked.uri, asked.format, asked.buffer_size, settings).num_frames
    if start is not None:
        put_back(asked.uri, start)
    if counted > promise.frames:
        warn_of_misreading(asked.uri, _more_frames(reader.name, promise.frames, counted))


def _more_frames(name: str, promised: int, counted: int) -> str:
    return f"its header promises {promised} frames, and the {name} backend returns {counted}"


def warn_of_misreading(uri: Any, cause: str) -> None:
    """Warn that a library most likely takes samples, or what follows them, for others."""
    notices.warn(
        f"{describe(uri)} may come out wrong: {cause}. `python -m compat.doctor FILE` compares "
        "what each backend gives",
        notices.MisreadInputWarning,
    )


def judge(name: str, asked: Load, got: int | None, start: int | None, settings: Settings) -> None:
    """Report a cut or damaged file that was read to its end, of which ``got`` frames came.

    It is for a decoder that leaves some frames out, so the header's number counts only for files
    whose structure does not tell. With ``None`` it is unknown how many came, and the structure
    alone counts. ``start`` is what ``position`` returned before the file was read.

    Raises:
        TruncatedInputError: (a RuntimeError) it is cut, and the flag ``truncated`` is ``error``.
    """
    if got is None:
        if settings.truncated != "ignore" and (cut := _cut(asked, start)):
            _tell_of_cut(name, asked.uri, f"{describe(asked.uri)} is cut short: {cut}", settings)
        return
    by_header, is_odd, complete = look(asked.place, _told, start) or (None, False, False)
    found = asked.frame_offset + got
    if by_header is not None and is_odd and found > by_header.frames:
        warn_of_misreading(asked.uri, _more_frames(name, by_header.frames, found))
    else:
        promise = None if complete else by_header
        _warn_missing_frames(name, asked, got, promise, start, settings)


def _told(file: File) -> tuple[Length | None, bool, bool]:
    """Return the length by the header, and whether it is odd and whether the structure tells."""
    return registry.length(file), registry.is_odd(file), registry.of(file).complete


def _warn_missing_frames(
    name: str, asked: Load, got: int, promise: Length | None, start: int | None, settings: Settings
) -> None:
    """Warn, or raise, if a piece is shorter than asked for and the header or structure has more.

    A file object's data begins at byte ``start``.
    """
    # a piece that came whole lacks nothing
    if settings.truncated == "ignore" or asked.frame_offset < 0 or got == asked.num_frames:
        return
    found = asked.frame_offset + got
    # nothing came from beyond the end, so the end lies at the offset or anywhere before it
    there = f"{found}" if got or not asked.frame_offset else f"no more than {asked.frame_offset}"
    unknown = start is None and is_readable(asked.uri)
    cut, damage = (
        None if unknown else look(asked.place, lambda file: registry.loss(file, found), start)
    ) or (None, None)
    if promise is not None and found < promise.frames:
        why = f"its header promises {promise.frames} frames, and {there} are there"
    elif cut is not None:
        why = f"{cut}; {there} frames were read"
    else:
        _tell_of_damage(asked, damage, f"; {found} frames were read")
        return
    text = f"{describe(asked.uri)} is cut short: {why}"
    is_whole = not cut and look(asked.place, lambda file: registry.of(file).complete, start)
    if promise and not found and is_whole:
        text = (
            f"the {name} backend returns none of the {promise.frames} frames in "
            f"{describe(asked.uri)}: name another backend"
        )
    _tell_of_cut(name, asked.uri, text, settings)


def _cut(asked: Load, start: int | None) -> str | None:
    """Return what is missing at a file's end by its structure; ``None`` if nothing tells."""
    unknown = start is None and is_readable(asked.uri)
    return None if unknown else look(asked.place, registry.missing, start)


def _tell_of_cut(name: str, uri: Any, text: str, settings: Settings) -> None:
    if settings.truncated == "error":
        hint = "Fetch it again, or read what is there with the flag truncated='ignore'."
        raise problem(TruncatedInputError, "read", uri, text, backend=name, hint=hint)
    notices.warn(text, notices.TruncatedInputWarning)


def warn_of_shift(asked: Load, got: int) -> None:
    """Warn if an Ogg page is lost before the end of a piece that came whole.

    It is for backends that count the frames from the start: what they lose moves what comes after.
    ``load`` warns of pieces that are too short.
    """
    if asked.num_frames == got > 0:
        end = asked.frame_offset + got
        damage = look(asked.place, lambda file: registry.damage(file, got, end), 0)
        _tell_of_damage(asked, damage, ", so the piece may be shifted")


def _tell_of_damage(asked: Load, damage: str | None, consequence: str) -> None:
    if damage is not None:
        notices.warn(
            f"{describe(asked.uri)} is damaged: {damage}{consequence}", notices.DamagedInputWarning
        )


class _Joined(NamedTuple):
    """A file joined from several, of which a backend may return fewer frames than it has."""

    parts: list[Part]
    frames: float


def position(uri: Any) -> int | None:
    """Return where a file object stands, in bytes; ``None`` for a path, or if it does not say."""
    if not is_readable(uri):
        return None
    try:
        with interrupts.allowed():
            found = uri.tell()
    except (OSError, ValueError, TypeError, AttributeError, NotImplementedError, OverflowError):
        return None
    return found if isinstance(found, int) else None


def reads_on(reader: Backend, place: Any, uri: Any) -> _Joined | None:
    """Return the parts of a joined file that the backend reads on in; ``None`` for any other file.

    Raises:
        BackendError: it would read on at the rate of the first part.
    """
    found = joined_files.of(place, reader.reads_on_in or ())
    if len(found) < 2:
        return None
    cause = joined_files.change(found)
    if not cause:
        return _Joined(found, look(place, ogg.frames) or math.inf)
    hint = joined_files.mend(uri, found)
    raise problem(BackendError, "read", uri, cause, backend=reader.name, hint=hint)


def _stops(reader: Backend, asked: Load, start: int | None) -> _Joined | None:
    """Return the parts of a joined file of which the backend reads only the first, if it is one."""
    kinds = registry.joinable() - (reader.reads_on_in or frozenset())
    found = joined_files.of(asked.place, kinds, start)
    return _Joined(found, math.inf) if len(found) > 1 else None


def _warn_of_parts(name: str, uri: Any, found: list[Part]) -> None:
    """Warn that a backend does not read all parts of a joined file."""
    text = (
        f"{describe(uri)} consists of {len(found)} files joined together, and the {name} backend "
        f"does not read all of them: {joined_files.further(uri, found)}"
    )
    notices.warn(text, notices.TruncatedInputWarning)


def _refuse_absurd(promise: Length, asked: Load, name: str) -> None:
    """Refuse a header that promises what neither the file nor memory can hold."""
    samples = promise.frames * promise.channels
    wanted = samples if asked.num_frames < 0 else min(samples, asked.num_frames * promise.channels)
    if wanted * _BYTES_DECODED < _ABSURD:
        return
    size = look(asked.place, lambda file: file.size) or 0
    if wanted > size * _MOST_SAMPLES_PER_BYTE:
        cause = (
            f"its header promises {promise.frames} frames of {promise.channels} channels, which its"
            f" {size} bytes cannot hold"
        )
        raise problem(BackendError, "read", asked.uri, cause, backend=name)


def warn_lost_frames(
    library: str, counted: int, begin: int, found: int, place: Any, uri: Any
) -> None:
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
    promise = look(place, registry.length, 0)
    if promise is not None and promise.frames > begin + found:
        return
    there = f"only {begin + found}" if found or not begin else f"no more than {begin}"
    notices.warn(
        f"{library} counts {counted} frames in {describe(uri)}, and {there} could be decoded",
        notices.DamagedInputWarning,
    )
