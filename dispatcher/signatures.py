"""The signatures of ``info``, ``load`` and ``save`` for type checkers and editors, which do not see functions made at run time.

``dispatcher.api`` makes the functions, and documents their arguments; mypy holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from dispatcher.backend import Uri

if TYPE_CHECKING:
    import torch

    from dispatcher.codec_config import CodecConfig
    from dispatcher.metadata import AudioMetaData


class InfoFunction(Protocol):
    """``info``: what is known of a file without its samples."""

    def __call__(self, uri: Uri, format: str | None = None, buffer_size: int = 4096, backend: str | None = None) -> AudioMetaData:
        """Sample rate (Hz), length (frames), channels, bit depth and encoding."""


class LoadFunction(Protocol):
    """``load``: the samples of a file, or of a piece of it."""

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
        """The samples, ``[channel, time]`` or ``[time, channel]``, and the sample rate in Hz."""


class SaveFunction(Protocol):
    """``save``: samples into a file."""

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
        """Write ``src``, ``[channel, time]`` or ``[time, channel]``; a call that fails leaves the target as it was."""
