"""The global backend ``sox_io``: libsox, with the parameters and fallback of releases up to 2.0.

libsox has no stream reading that could be called from here, so a file object is copied to a
temporary file first.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from dispatcher import Registry, arguments, interrupts, notices, short_files
from dispatcher.backend import Backend
from dispatcher.errors import BackendError, BackendUnavailable, problem, standing_for
from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData
from dispatcher.reading import unreadable
from dispatcher.reading.file_objects import Reader, interruptible, is_readable, is_writable
from dispatcher.requests import BUFFER_SIZE, Load, Save
from dispatcher.writing import target
from legacy.functions import Functions, taking
from legacy.settings import Settings

_T = TypeVar("_T")
_BY = " backend: "  # before the cause in errors
# libsox' own names and extensions of what it reads by libraries that the wheels lack
_NOT_BUNDLED = frozenset(
    ("mp3", "mp2", "audio/mpeg", "amr", "amr-nb", "anb", "amr-wb", "awb", "gsm", "opus")
)


class Taker(NamedTuple):
    """The name of a function that got a file object, and the advice for its caller."""

    name: str
    advice: str


_OF_SOX_IO = Taker("sox_io", "Pass a path or call set_audio_backend('soundfile')")


def refuse_or_warn(
    action: str, filepath: Any, settings: Settings, taker: Taker = _OF_SOX_IO
) -> None:
    """Warn of a file object as 2.0 does, or raise RuntimeError as 2.1 does."""
    if not settings.sox_io_file_objects:
        hint = f"{taker.advice}, or turn on the flag sox_io_file_objects."
        raise problem(
            BackendError,
            action,
            filepath,
            f"{taker.name} takes file objects up to 2.0 only",
            backend="sox",
            hint=hint,
        )
    notices.warn(
        f"file objects for {taker.name} are deprecated in 2.0 and refused from 2.1 on. "
        f"{taker.advice}."
    )


@contextlib.contextmanager
def on_disk(
    filepath: Any, settings: Settings, taker: Taker = _OF_SOX_IO, action: str = "read"
) -> Iterator[Any]:
    """Give a path that holds the content of ``filepath``."""
    if not is_readable(filepath):
        yield arguments.fspath(action, filepath, "sox")
        return
    refuse_or_warn(action, filepath, settings, taker)
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy")
        reader = Reader(filepath)
        with interruptible(reader), open(copy, "wb") as file:
            shutil.copyfileobj(reader, file, 1 << 20)
        with standing_for(copy, filepath):
            yield copy


def fall_back(registry: Registry, settings: Settings) -> Backend | None:
    """Return FFmpeg, if this release falls back to it from libsox and it works here."""
    if settings.sox_io_ffmpeg:
        with contextlib.suppress(BackendUnavailable):
            return registry.get("ffmpeg")
    return None


def neither(libsox: BackendError, ffmpeg: BackendError, path: str) -> BackendError:
    """Return one error for a file that libsox does not read, nor FFmpeg; one cause is told once."""
    told, next_step = str(libsox), unreadable.other_backend(path)
    if told.partition(_BY)[2] != str(ffmpeg).partition(_BY)[2]:
        told = f"{told.removesuffix(next_step).rstrip()} FFmpeg was tried next: {ffmpeg}"
    return BackendError(told)


def _sox(registry: Registry) -> Backend:
    try:
        return registry.get("sox")
    except BackendUnavailable as why:
        raise BackendError(
            f"sox_io cannot be used: {why.explain()}. Run `python -m compat.doctor`."
        ) from why


def _kind(filepath: Any, format: str | None) -> str | None:
    """Return the format that a call names, or the extension of its path, in small letters."""
    if not format and not is_readable(filepath) and isinstance(filepath, (str, bytes, os.PathLike)):
        format = os.path.splitext(os.fsdecode(filepath))[1][1:]
    return format and format.lower()


def _attempt(
    registry: Registry,
    settings: Settings,
    filepath: Any,
    format: str | None,
    operation: Callable[[Backend, Any], _T],
) -> _T:
    """Let libsox do it, or else FFmpeg."""
    other, is_object = fall_back(registry, settings), is_readable(filepath)
    is_left = settings.bundled_libsox and _kind(filepath, format) in _NOT_BUNDLED
    if is_left or (other and format == "mp3" and is_object):
        if is_object:
            refuse_or_warn("read", filepath, settings)
        if other is None:
            why = "with the flag bundled_libsox only FFmpeg reads it, which cannot be used here"
            hint = "Install PyAV, or turn the flag off."
            raise problem(BackendError, "read", filepath, why, backend="sox_io", hint=hint)
        return operation(other, filepath)
    with on_disk(filepath, settings) as path:
        try:
            return operation(_sox(registry), path)
        except BackendError as why:
            if other is None:
                raise
            try:
                return operation(other, path)
            except BackendError as too:
                raise neither(why, too, path) from too


def functions(registry: Registry, settings: Settings) -> Functions:
    """Make the three functions for one set of flags and backends."""

    def read(filepath: Any, format: str | None, operation: Callable[[Backend, Any], _T]) -> _T:
        with interrupts.deferred():
            arguments.checked_load(Load(filepath, format=format), "sox_io")
            return _attempt(registry, settings, filepath, format, operation)

    def info(filepath: Any, format: str | None) -> AudioMetaData:
        """Return sample rate (Hz), length (frames), channels, bit depth and encoding of a file.

        Args:
            filepath: path; in 2.0 also a file object, with a warning.
            format: libsox' file type, if neither content nor extension shows it.

        Raises:
            RuntimeError: neither libsox nor, in 2.0, FFmpeg can read it.
        """
        return read(
            filepath,
            format,
            lambda backend, place: backend.info(place, format, BUFFER_SIZE, settings),
        )

    def load(filepath: Any, **rest: Any) -> tuple[torch.Tensor, int]:
        """Return samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz.

        Args:
            filepath: path; in 2.0 also a file object, with a warning.
            frame_offset: frames to skip.
            num_frames: how many frames to read at most; -1 for all.
            normalize: return float32 in [-1, 1]. Otherwise PCM keeps its own dtype (24 bits
                left-justified in int32).
            channels_first: ``[channel, time]``; otherwise ``[time, channel]``.
            format: libsox' file type, if neither content nor extension shows it.

        Raises:
            RuntimeError: neither libsox nor, in 2.0, FFmpeg can read it.
        """

        def operation(backend: Backend, place: Any) -> tuple[torch.Tensor, int]:
            asked = arguments.checked_piece(
                arguments.checked_load(Load(place, **rest)), backend.leniency
            )
            return short_files.load(backend, asked, settings)

        return read(filepath, rest["format"], operation)

    def save(filepath: Any, compression: float | None, **rest: Any) -> None:
        """Write ``[channel, time]`` (or ``[time, channel]``) samples to a file.

        Args:
            filepath: path; in 2.0 also a file object, with a warning.
            src: float32 in [-1, 1], int32, int16 or uint8.
            sample_rate: in Hz.
            channels_first: the layout of ``src``.
            compression: on the format's own scale (flac 0 to 8, ogg -1 to 10, mp3 a bit rate in
                kbit/s or a negative quality). It comes before ``format`` here, and after it in the
                per-call ``save``.
            format: libsox' file type; by default the extension.
            encoding: ``PCM_S``, ``PCM_U``, ``PCM_F``, ``ULAW`` or ``ALAW``.
            bits_per_sample: 8, 16, 24, 32 or 64.

        Raises:
            RuntimeError, ValueError: the arguments do not fit together, or the file cannot be
                written.
        """
        if not isinstance(compression, (int, float, type(None))):
            cause = f"compression is a number here, not {type(compression).__name__}"
            raise problem(BackendError, "write", filepath, cause, backend="sox_io")
        rest |= {"compression": compression}
        if is_writable(filepath):
            refuse_or_warn("write", filepath, settings)
        with interrupts.deferred():
            if not is_writable(filepath):
                _sox(registry).save(
                    arguments.checked_save(
                        Save(arguments.fspath("write", filepath, "sox_io"), **rest), "sox_io"
                    ),
                    settings,
                )
                return
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "file")
                with standing_for(path, filepath):
                    _sox(registry).save(
                        arguments.checked_save(Save(path, **rest), "sox_io"), settings
                    )
                with open(path, "rb") as file:
                    target.deliver(filepath, file.read())

    return taking(info, load, save)
