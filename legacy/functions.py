"""The functions of a global backend, with the parameters that releases up to 2.0 gave them.

They have neither ``buffer_size`` nor ``backend``, and ``save`` has ``compression`` before
``format``. Every global backend takes its signatures from here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from dispatcher.lazily import torch
from dispatcher.metadata import AudioMetaData


@dataclasses.dataclass(frozen=True)
class Functions:
    """The three functions that ``set_audio_backend`` puts into the namespace of ``torchaudio``."""

    info: Callable[..., Any]
    load: Callable[..., Any]
    save: Callable[..., Any]


def taking(
    do_info: Callable[..., AudioMetaData],
    do_load: Callable[..., tuple[torch.Tensor, int]],
    do_save: Callable[..., None],
) -> Functions:
    """Return functions with these parameters and the documentation of those that do the work.

    Args:
        do_info: takes the file and the format.
        do_load: takes the file, and by name what ``dispatcher.requests.Load`` takes.
        do_save: takes the file, the compression, and by name what ``Save`` takes.
    """

    def info(filepath: Any, format: str | None = None) -> AudioMetaData:
        return do_info(filepath, format)

    def load(
        filepath: Any,
        frame_offset: int = 0,
        num_frames: int = -1,
        normalize: bool = True,
        channels_first: bool = True,
        format: str | None = None,
    ) -> tuple[torch.Tensor, int]:
        return do_load(
            filepath,
            frame_offset=frame_offset,
            num_frames=num_frames,
            normalize=normalize,
            channels_first=channels_first,
            format=format,
        )

    def save(
        filepath: Any,
        src: torch.Tensor,
        sample_rate: int,
        channels_first: bool = True,
        compression: float | None = None,
        format: str | None = None,
        encoding: str | None = None,
        bits_per_sample: int | None = None,
    ) -> None:
        do_save(
            filepath,
            compression,
            src=src,
            sample_rate=sample_rate,
            channels_first=channels_first,
            format=format,
            encoding=encoding,
            bits_per_sample=bits_per_sample,
        )

    for made, does in ((info, do_info), (load, do_load), (save, do_save)):
        made.__doc__ = does.__doc__
    return Functions(info, load, save)
