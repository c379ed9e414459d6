"""``load`` and ``save`` as in 2.9, to rehearse an upgrade: TorchCodec's behaviour on our codecs.

``tests/oracle`` (outcomes ``2.9-*``) records which arguments are ignored, which errors are raised,
and how each format is stored. The flag ``scale_integers`` describes the one departure.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, NamedTuple

from dispatcher import arguments, everyday, interrupts, notices, short_files
from dispatcher.errors import (
    ArgumentError,
    AudioError,
    BackendError,
    BackendUnavailable,
    problem,
)
from dispatcher.lazily import torch
from dispatcher.reading import file_objects, unreadable, web
from dispatcher.reading.opened import opened
from dispatcher.registry import Registry
from dispatcher.requests import BUFFER_SIZE, Blocks, Leniency, Load, Save
from dispatcher.settings import Settings
from dispatcher.streaming import Stream, in_blocks
from dispatcher.writing import writable

# FFmpeg's default quality for libvorbis is 3 of 10; libsndfile counts from 0 (best) to 1
_VORBIS_COMPRESSION = 0.7
_MOST_BIT_RATE = 1 << 31  # bit/s; FFmpeg counts in 64 bits, encoders in 32
_LEAST_VORBIS_RATE = 8000


class Functions(NamedTuple):
    """The two functions of the release."""

    load: Callable[..., Any]
    save: Callable[..., Any]


def functions(registry: Registry, settings: Settings) -> Functions:
    """Make the two functions for one set of flags and backends."""
    server = _Server(registry, settings)
    load, save = everyday.asking(server, everyday.load), everyday.asking(server, everyday.save)
    load.__doc__, save.__doc__ = inspect.getdoc(server.load), inspect.getdoc(server.save)
    return Functions(load, save)


class _Server:
    """Does what the functions are asked for."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry, self._settings = registry, settings

    def load(self, asked: Load, backend: str | None) -> tuple[torch.Tensor, int]:
        """Return samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz.

        The samples are always float32. A piece beyond the end is empty. A negative offset means 0,
        a negative length means all. ``normalize``, ``format``, ``buffer_size`` and ``backend`` are
        ignored with a warning.

        Raises:
            RuntimeError: the file cannot be read.
        """
        _warn_ignored("load", asked, ("normalize", "format", "buffer_size"), backend)
        with interrupts.deferred():
            return _load(asked._replace(format=None, buffer_size=BUFFER_SIZE), self._settings)

    def save(self, asked: Save, backend: str | None) -> None:
        """Write ``[channel, time]``, ``[time, channel]`` or ``[time]`` samples.

        The extension tells the format; ``compression`` is a bit rate. ``format``, ``encoding``,
        ``bits_per_sample``, ``buffer_size`` and ``backend`` are ignored with a warning, so a file
        object, or a path without a known extension, cannot be written.

        Raises:
            ValueError: the tensor has neither one nor two dimensions, or the rate is not positive.
            RuntimeError: the file cannot be written.
        """
        ignored = ("format", "encoding", "bits_per_sample", "buffer_size")
        _warn_ignored("save", asked, ignored, backend)
        with interrupts.deferred():
            _save(asked, self._registry, self._settings)


def _warn_ignored(
    function: str, asked: Load | Save, names: Sequence[str], backend: str | None
) -> None:
    """Warn of each of these arguments whose value is not its default."""
    given = [
        (name, value)
        for name in names
        if (value := getattr(asked, name)) != asked._field_defaults[name]
    ]
    for name, value in [*given, *([] if backend is None else [("backend", backend)])]:
        text = f"{function}() of 2.9 ignores {name}={value!r}; compat.{function}() honours it"
        notices.warn(text, notices.IgnoredArgumentWarning)


@contextlib.contextmanager
def _with_error_context(uri: Any) -> Iterator[None]:
    """Add the file's name to errors of reading."""
    try:
        yield
    except (BackendError, OSError) as why:
        is_unknown = _ffmpeg().is_unknown(why) and not web.is_address(uri)
        hint = f"{unreadable.next_step(uri)}." if is_unknown else ""
        cause, hint = unreadable.told(uri, hint)
        raise problem(
            BackendError, "read", uri, cause or why, backend="TorchCodec", hint=hint
        ) from why


def _ffmpeg() -> Any:
    """Return the ffmpeg backend, also if the functions in use leave it out.

    Raises:
        BackendUnavailable: (a RuntimeError) PyAV does not import.
    """
    return Registry(("ffmpeg",)).get("ffmpeg")


def _load(asked: Load, settings: Settings) -> tuple[torch.Tensor, int]:
    uri = arguments.from_memory(asked.uri)
    if not file_objects.is_readable(uri) and not isinstance(uri, (str, os.PathLike)):
        arguments.check_place("read", uri, "TorchCodec")
        raise problem(
            BackendError, "read", uri, arguments.neither_path_nor_file(uri), backend="TorchCodec"
        )
    asked = arguments.checked_load(asked._replace(uri=uri), "TorchCodec")
    asked = arguments.checked_piece(asked, Leniency(), "TorchCodec")
    with opened(uri) as file:
        asked = asked._replace(
            frame_offset=max(asked.frame_offset, 0),
            num_frames=max(asked.num_frames, -1),
            normalize=True,
            file=file,
        )
        start = short_files.position(uri)
        with _with_error_context(uri):
            waveform, rate = _ffmpeg().load_timestamped(asked, settings)
        if waveform.numel():
            got = waveform.shape[1 if asked.channels_first else 0]
            short_files.judge("TorchCodec", asked, got, start, settings)
    return waveform, rate


@in_blocks
def stream(asked: Blocks, settings: Settings) -> Generator[Stream, None, None]:
    """Open a whole file in blocks of float32, decoded as by ``load``.

    2.9 has no ``info``, so the metadata is that of the ffmpeg backend.

    Raises:
        BackendError: (a RuntimeError) the file cannot be read.
    """
    asked = asked._replace(format=None, normalize=True)
    context = functools.partial(_with_error_context, asked.uri)
    yield from _ffmpeg().stream_timestamped(asked, settings, "TorchCodec", context)


def _save(asked: Save, registry: Registry, settings: Settings) -> None:
    uri, src, sample_rate, compression = asked.uri, asked.src, asked.sample_rate, asked.compression

    def fail(cause: object, kind: type[AudioError] = BackendError) -> AudioError:
        return problem(kind, "write", uri, cause, backend="TorchCodec")

    if not isinstance(src, torch.Tensor):
        raise fail(
            f"{type(src).__name__} is not a tensor; pass torch.as_tensor(...)", ArgumentError
        )
    try:
        arguments.check_tensor(src)
    except BackendError as why:
        raise fail(why, type(why)) from why
    if src.is_complex() or src.is_quantized:
        raise fail(
            f"it takes no {str(src.dtype).removeprefix('torch.')}; convert the tensor to float32"
        )
    if src.ndim not in (1, 2):
        raise fail(f"the tensor has {src.ndim} dimensions, not 1 or 2", ArgumentError)
    if not isinstance(sample_rate, int):
        raise fail(f"sample_rate is {sample_rate!r}, and must be an int")
    if not 0 < sample_rate <= writable.MOST_RATE:
        cause = f"sample_rate is {sample_rate}, and must be 1 to {writable.MOST_RATE} Hz"
        raise fail(cause, ArgumentError)
    sample_rate = int(sample_rate)
    if compression is not None and not isinstance(compression, (int, float)):
        notices.warn(
            f"save() of 2.9 ignores compression={compression!r}, which is no number",
            notices.IgnoredArgumentWarning,
        )
        compression = None
    if not isinstance(uri, (str, os.PathLike)):
        raise fail("from 2.9 on, only paths are written; compat.save() writes to file objects")
    arguments.check_place("write", uri, "TorchCodec")
    src = src.detach().resolve_conj().resolve_neg()
    data = _as_float(
        src[None] if src.ndim == 1 else src if asked.channels_first else src.t(), settings
    )
    extension = os.path.splitext(os.fspath(uri))[1].lstrip(".").lower()
    if not extension:
        raise fail(arguments.NO_EXTENSION)
    if compression is not None and not 0 <= compression < _MOST_BIT_RATE:  # nan is neither
        cause = f"compression={compression!r} is a bit rate here, and must not be negative"
        raise fail(cause if compression < 0 else f"compression={compression!r} is no bit rate")
    bit_rate = 0 if compression is None else int(compression)
    if extension == "ogg" and 0 < bit_rate < _LEAST_VORBIS_RATE:
        raise fail(f"Vorbis cannot go as low as {bit_rate} bit/s")
    try:
        if extension == "ogg" and not bit_rate and _save_vorbis(uri, data, sample_rate, registry):
            return
        _ffmpeg().save_planar(uri, data, sample_rate, extension, bit_rate)
    except (BackendError, OSError, ValueError) as why:
        raise fail(why) from why


def _as_float(data: torch.Tensor, settings: Settings) -> torch.Tensor:
    """Return samples of any dtype as float32."""
    if data.is_floating_point() or data.dtype == torch.bool or not settings.scale_integers:
        return data.to(torch.float32)
    notices.warn(
        f"save() of 2.9 would take {data.dtype} samples for float samples; here they are scaled "
        "to [-1, 1]. Convert to float32 before saving."
    )
    held = torch.iinfo(data.dtype)
    middle, loudest = (0, -held.min) if held.min else ((held.max + 1) // 2, (held.max + 1) // 2)
    return ((data.to(torch.float64) - middle) / loudest).to(torch.float32)


def _save_vorbis(uri: Any, data: torch.Tensor, sample_rate: int, registry: Registry) -> bool:
    """Write Ogg Vorbis through libsndfile; return False if it is missing.

    TorchCodec's FFmpeg has libvorbis; PyAV's lacks it.
    """
    try:
        soundfile: Any = registry.get("soundfile")
    except BackendUnavailable:
        return False
    soundfile.write_vorbis(uri, data, sample_rate, _VORBIS_COMPRESSION)
    return True
