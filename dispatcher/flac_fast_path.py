"""Decode flac with libsndfile when no backend is named: faster than FFmpeg, and the same bits.

FFmpeg is asked first, and it decodes everything that could make a difference: a file that is
damaged, cut off, longer than its stream or not plain flac, depths other than 16 and 24 bits,
samples in their own dtype, a piece beyond the end.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

from dispatcher import notices
from dispatcher.backend import is_readable
from dispatcher.backends.ffmpeg.seek import WORTH_IT
from dispatcher.errors import AudioError
from dispatcher.headers import flac
from dispatcher.reading import file_objects

if TYPE_CHECKING:
    import io

    import torch

    from dispatcher.backend import Backend
    from dispatcher.registry import Registry
    from dispatcher.requests import Load
    from dispatcher.settings import Settings

_REPLACED, _BY = "ffmpeg", "soundfile"
_DEPTHS = (16, 24)
# flac with these names is left to FFmpeg
_NOT_WORTH_A_LOOK = (".wav", ".mp3", ".m4a", ".ogg", ".opus")


def load(
    asked: Load, chosen: Backend, registry: Registry, settings: Settings
) -> tuple[torch.Tensor, int] | None:
    """Decode with a faster backend than the chosen one; ``None`` unless the result is the same."""
    if chosen.name != _REPLACED or not asked.normalize or asked.format not in (None, "flac"):
        return None
    if is_readable(asked.uri) or not isinstance(asked.uri, (str, os.PathLike)):
        return None
    # so near the beginning FFmpeg decodes all that comes before the piece, and reports damage there
    if (
        0 < asked.frame_offset < WORTH_IT
        or asked.frame_offset < 0
        or asked.num_frames == 0
        or asked.num_frames < -1
    ):
        return None
    faster = registry.find(_BY)
    if (
        faster is None
        or os.fsdecode(asked.uri).lower().endswith(_NOT_WORTH_A_LOOK)
        or not file_objects.is_regular(asked.uri)
    ):
        return None
    try:
        with open(asked.uri, "rb", buffering=0) as file:
            return _loaded(file, asked, faster, settings)
    except (OSError, ValueError):
        return None


def _loaded(
    file: io.FileIO, asked: Load, faster: Backend, settings: Settings
) -> tuple[torch.Tensor, int] | None:
    """Decode with the faster backend; return ``None`` if the file or the result leaves a doubt."""
    status = os.fstat(file.fileno())
    info = flac.opening(file)
    if info is None or info.bits not in _DEPTHS or asked.frame_offset >= info.frames:
        return None
    frames = info.frames - asked.frame_offset
    to_the_end = not 0 < asked.num_frames < frames
    if to_the_end and not (flac.ends_as_told(file, info) and flac.one_after_the_other(file, info)):
        return None
    frames = frames if to_the_end else asked.num_frames
    file.seek(0)
    # libsndfile closes the duplicate; both descriptors share one position, which is checked below
    within = dataclasses.replace(asked, uri=os.dup(file.fileno()), num_frames=frames)
    try:
        with notices.collected() as warned:
            waveform, rate = faster.load(within, settings)
    except AudioError:
        return None
    if (
        warned
        or waveform.shape[1 if asked.channels_first else 0] != frames
        or (to_the_end and file.tell() != status.st_size)
    ):
        return None
    return waveform, rate
