"""Signatures of ``info``, ``load`` and ``save`` for type checkers and editors.

They do not see functions made at run time. ``dispatcher.api`` makes and documents the functions;
mypy checks that both agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dispatcher.backend import Uri

if TYPE_CHECKING:
    import torch

    from dispatcher.codec_config import CodecConfig
    from dispatcher.metadata import AudioMetaData


class InfoFunction(Protocol):
    """``info``: a file's facts without its samples."""

    def __call__(self, uri: Uri, format: str | None = None, buffer_size: int = 4096, backend: str | None = None) -> AudioMetaData:
        """Return sample rate (Hz), length (frames), channels, bit depth and encoding of a file."""


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
        """Return samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz."""


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
        """Write ``src``, ``[channel, time]`` or ``[time, channel]``.

        A call that fails leaves the target as it was.
        """
