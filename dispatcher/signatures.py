"""Signatures of ``info``, ``load`` and ``save`` for type checkers and editors.

They do not see functions made at run time. ``dispatcher.api`` makes and documents the functions;
mypy checks that both agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from dispatcher.backend import Uri
from dispatcher.codec_config import CodecConfig
from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData

_Function = TypeVar("_Function", bound=Callable[..., object])


def documented_by(signature: type) -> Callable[[_Function], _Function]:
    """Give a function the documentation of its signature in this module."""

    def document(function: _Function) -> _Function:
        function.__doc__ = signature.__call__.__doc__
        return function

    return document


class InfoFunction(Protocol):
    """``info``: a file's facts without its samples."""

    def __call__(
        self,
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
            backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` asks them in that order.

        Raises:
            ValueError: the backend is unknown or does not work here.
            RuntimeError: the file cannot be read; the text says why.

        Example:
            seconds = info("speech.flac").num_frames / info("speech.flac").sample_rate
        """


class LoadFunction(Protocol):
    """``load``: the samples of a file or of a piece of it."""

    def __call__(
        self,
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
            backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` asks them in that order.

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


class SaveFunction(Protocol):
    """``save``: write samples to a file."""

    def __call__(
        self,
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
            backend: ``"ffmpeg"``, ``"sox"`` or ``"soundfile"``; ``None`` asks them in that order.
            compression: a ``CodecConfig`` for ffmpeg, a number on the format's own scale for sox;
                soundfile has none.

        Raises:
            ValueError, TypeError, RuntimeError: the backend does not take an argument, or writing
                fails.

        Example:
            save("speech.flac", waveform, 16000, bits_per_sample=16)
        """
