"""What a call asks of a backend: the arguments of ``load``, ``stream`` or ``save`` as one value."""

from __future__ import annotations

from typing import Any, NamedTuple

from dispatcher.lazily import torch
from dispatcher.reading.opened import OpenFile

BUFFER_SIZE = 4096  # bytes


class Load(NamedTuple):
    """A piece of a file to read; ``num_frames`` -1 is all of it.

    ``file`` is the file if it is regular and open already.
    """

    uri: Any
    frame_offset: int = 0
    num_frames: int = -1
    normalize: bool = True
    channels_first: bool = True
    format: str | None = None
    buffer_size: int = BUFFER_SIZE
    file: OpenFile | None = None

    @property
    def is_piece(self) -> bool:
        """Return whether the ffmpeg and sox backends of all releases took the two numbers."""
        return self.frame_offset >= 0 and (self.num_frames == -1 or self.num_frames > 0)

    @property
    def place(self) -> Any:
        """Return what headers are read from: the open file, or else what the caller named."""
        return self.uri if self.file is None else self.file


class Leniency(NamedTuple):
    """What a backend's releases took for the numbers and flags of ``load``.

    ``optional`` arguments may be None, which is the default; ``rounds_frames`` means that numbers
    of frames may have fractions.
    """

    optional: frozenset[str] = frozenset()
    rounds_frames: bool = False


class Blocks(NamedTuple):
    """A whole file to read, at most ``block_frames`` frames at a time."""

    uri: Any
    normalize: bool
    format: str | None
    buffer_size: int
    block_frames: int


class Save(NamedTuple):
    """Samples to write; ``None`` leaves a choice to the backend."""

    uri: Any
    src: torch.Tensor
    sample_rate: int
    channels_first: bool = True
    format: str | None = None
    encoding: str | None = None
    bits_per_sample: int | None = None
    buffer_size: int = BUFFER_SIZE
    compression: Any = None
