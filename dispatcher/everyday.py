"""``info``, ``load``, ``save`` and ``list_audio_backends``: the one place of their signatures.

The functions here use every backend that works on this machine and behave as in 2.2; the signatures
are those of 2.1 (``tests/oracle``). ``functions`` copies them for one set of flags and backends, so
that several releases can live in one process.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

from dispatcher.api import Chooser as Chooser
from dispatcher.backend import Backend as Backend
from dispatcher.backend import Uri
from dispatcher.codec_config import CodecConfig as CodecConfig
from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData as AudioMetaData
from dispatcher.registry import Registry as Registry
from dispatcher.requests import Load, Save
from dispatcher.settings import Settings as Settings

_server = Chooser(Registry(), Settings())


def info(
    uri: Uri,
    format: str | None = None,
    buffer_size: int = 4096,
    backend: str | None = None,
) -> AudioMetaData:
    """Return the sample rate, length, channels, bit depth and encoding of a file.

    Args:
        uri: path, URL (ffmpeg only), or a file object with ``read`` (not sox). Reading starts
            at the file object's position and leaves it wherever the backend stopped.
        format: the format, if neither content nor extension shows it; ffmpeg's demuxer or
            sox' file type.
        buffer_size: bytes read at a time from a file object.
        backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` takes the
            first of these that accepts the call.

    Raises:
        ValueError: the backend is unknown or does not work here.
        RuntimeError: the file cannot be read; the text says why.

    Example:
        seconds = info("speech.flac").num_frames / info("speech.flac").sample_rate
    """
    return _server.info(Load(uri, format=format, buffer_size=buffer_size), backend)


def load(
    uri: Uri,
    frame_offset: int = 0,
    num_frames: int = -1,
    normalize: bool = True,
    channels_first: bool = True,
    format: str | None = None,
    buffer_size: int = 4096,
    backend: str | None = None,
) -> tuple[torch.Tensor, int]:
    """Read the samples and the sample rate of a file.

    Args:
        uri: path, URL (ffmpeg only), or a file object with ``read`` (not sox). Reading starts
            at the file object's position and leaves it wherever the backend stopped.
        frame_offset: frames to skip.
        num_frames: how many frames to read at most; -1 for all.
        normalize: return float32 in [-1, 1]. Otherwise PCM keeps its own dtype (24 bits
            left-justified in int32).
        channels_first: ``[channel, time]``; otherwise ``[time, channel]``.
        format: the format, if neither content nor extension shows it; ffmpeg's demuxer or
            sox' file type.
        buffer_size: bytes read at a time from a file object.
        backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` takes the
            first of these that accepts the call.

    Returns:
        A contiguous tensor, and the sample rate in Hz.

    Raises:
        ValueError: the backend is unknown or does not work here, or has no dtype for
            ``normalize=False``.
        RuntimeError: the file cannot be read; the text says why.

    Warns:
        TruncatedInputWarning: the file holds fewer frames than its header says (see the flag
            ``truncated``).

    Example:
        waveform, sample_rate = load("speech.wav", frame_offset=16000, num_frames=8000)
    """
    asked = Load(uri, frame_offset, num_frames, normalize, channels_first, format, buffer_size)
    return _server.load(asked, backend)


def save(
    uri: Uri,
    src: torch.Tensor,
    sample_rate: int,
    channels_first: bool = True,
    format: str | None = None,
    encoding: str | None = None,
    bits_per_sample: int | None = None,
    buffer_size: int = 4096,
    backend: str | None = None,
    compression: CodecConfig | float | int | None = None,
) -> None:
    """Write samples to a file.

    A call that is refused or fails half-way leaves an existing file as it was.

    Args:
        uri: path, or a file object with ``write`` (not sox; ``format`` is then required).
        src: ``[channel, time]``, or ``[time, channel]`` with ``channels_first=False``; float32
            in [-1, 1], int32, int16, uint8; ffmpeg also takes int64 and float64, soundfile
            float64.
        sample_rate: in Hz.
        channels_first: the layout of ``src``.
        format: container; by default the extension of the path.
        encoding: ``PCM_S``, ``PCM_U``, ``PCM_F``, ``ULAW`` or ``ALAW``, for wav, amb and sph.
        bits_per_sample: 8, 16, 24, 32 or 64. By default ffmpeg writes 16-bit PCM to wav
            whatever the dtype, and sox and soundfile the dtype's own depth, as in 2.1 and 2.2.
        buffer_size: bytes written at a time to a file object.
        backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` takes the
            first of these that accepts the call.
        compression: a ``CodecConfig`` for ffmpeg, a number on the format's own scale for sox;
            soundfile has none.

    Raises:
        ValueError, TypeError, RuntimeError: the backend does not take an argument, or writing
            fails.

    Example:
        save("speech.flac", waveform, 16000, bits_per_sample=16)
    """
    asked = Save(
        uri,
        src,
        sample_rate,
        channels_first,
        format,
        encoding,
        bits_per_sample,
        buffer_size,
        compression,
    )
    _server.save(asked, backend)


def list_audio_backends() -> list[str]:
    """Return the names of the backends that work here, in the order in which they are asked."""
    return _server.available()


@dataclasses.dataclass(frozen=True)
class Functions:
    """The four functions of one release."""

    info: Callable[..., AudioMetaData]
    load: Callable[..., tuple[torch.Tensor, int]]
    save: Callable[..., None]
    list_audio_backends: Callable[[], list[str]]


def functions(chooser: Chooser) -> Functions:
    """Make the four functions for one set of flags and backends."""
    saving = asking(chooser, save)
    if not chooser.settings.save_compression:
        saving = without(saving, "compression")
    return Functions(
        asking(chooser, info), asking(chooser, load), saving, asking(chooser, list_audio_backends)
    )


def asking(server: Any, function: Any) -> Any:
    """Return a copy of a function of this module that asks another server."""
    names = {**globals(), "_server": server}
    copy: Any = types.FunctionType(
        function.__code__, names, function.__name__, function.__defaults__
    )
    functools.update_wrapper(copy, function)
    del copy.__wrapped__
    return copy


def without(function: Any, name: str, **given: Any) -> Any:
    """Return a function that lacks a parameter; ``given`` may hold what it is instead."""
    signature = inspect.signature(function)
    kept = [one for one in signature.parameters.values() if one.name != name]
    signature = signature.replace(parameters=kept)

    @functools.wraps(function)
    def lacking(*args: Any, **kwargs: Any) -> Any:
        asked = signature.bind(*args, **kwargs)  # raises TypeError for what is not there
        return function(**asked.arguments, **given)

    del lacking.__wrapped__
    lacking.__signature__ = signature  # type: ignore[attr-defined]
    lacking.__doc__ = f"{function.__doc__}\n    Here there is no ``{name}``.\n    "
    return lacking
