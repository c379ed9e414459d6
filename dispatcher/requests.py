"""What a call asks of a backend: the arguments of ``load``, ``stream`` or ``save`` as one value."""

from __future__ import annotations

import dataclasses
from typing import Any

from dispatcher.lazily import torch
from dispatcher.reading.opened import OpenFile


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """A piece of a file to read; ``num_frames`` -1 is all of it.

    ``file`` is the file if it is regular and open already.
    """

    uri: Any
    frame_offset: int
    num_frames: int
    normalize: bool
    channels_first: bool
    format: str | None
    buffer_size: int
    file: OpenFile | None = None

    @property
    def place(self) -> Any:
        """Return what headers are read from: the open file, or else what the caller named."""
        return self.uri if self.file is None else self.file


@dataclasses.dataclass(frozen=True, slots=True)
class Blocks:
    """A whole file to read, at most ``block_frames`` frames at a time."""

    uri: Any
    normalize: bool
    format: str | None
    buffer_size: int
    block_frames: int


@dataclasses.dataclass(frozen=True, slots=True)
class Save:
    """Samples to write; ``None`` leaves a choice to the backend."""

    uri: Any
    src: torch.Tensor
    sample_rate: int
    channels_first: bool
    format: str | None
    encoding: str | None
    bits_per_sample: int | None
    buffer_size: int
    compression: Any
