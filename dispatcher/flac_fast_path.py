"""Decode flac with libsndfile when no backend is named: faster than FFmpeg, and the same bits.

FFmpeg is asked first, and it decodes everything that could make a difference: a file that is
damaged, cut off, longer than its stream or not plain flac, depths other than 16 and 24 bits,
samples in their own dtype, a piece beyond the end.
"""

from __future__ import annotations

import os
import sys

from dispatcher import notices
from dispatcher.backend import Backend
from dispatcher.errors import AudioError
from dispatcher.headers import flac
from dispatcher.lazily import torch
from dispatcher.reading.opened import OpenFile
from dispatcher.registry import Registry
from dispatcher.requests import Load
from dispatcher.settings import Settings

_REPLACED, _BY = "ffmpeg", "soundfile"
_DEPTHS = (16, 24)


def load(
    chosen: Backend, registry: Registry, settings: Settings, asked: Load
) -> tuple[torch.Tensor, int] | None:
    """Decode with a faster backend than the chosen one; ``None`` unless the result is the same."""
    usual = isinstance(asked.uri, (str, os.PathLike)) and asked.format in (None, "flac")
    # on Windows libsndfile does not share the position of our file
    if chosen.name != _REPLACED or not usual or not asked.normalize or sys.platform == "win32":
        return None
    # so near the beginning FFmpeg decodes all that comes before the piece, and reports damage there
    near = 0 < asked.frame_offset < chosen.seeks_from
    faster = registry.find(_BY)
    if near or not asked.is_piece or faster is None or asked.file is None:
        return None
    try:
        return _loaded(asked.file, asked, faster, settings)
    except (OSError, ValueError):
        return None


def _loaded(
    file: OpenFile, asked: Load, faster: Backend, settings: Settings
) -> tuple[torch.Tensor, int] | None:
    """Decode with the faster backend; return ``None`` if the file or the result leaves a doubt."""
    info = flac.opening(file)
    if info is None or info.bits not in _DEPTHS or asked.frame_offset >= info.frames:
        return None
    frames = info.frames - asked.frame_offset
    to_the_end = not 0 < asked.num_frames < frames
    if to_the_end and not file.remembered(flac.one_after_the_other):
        return None
    frames = frames if to_the_end else asked.num_frames
    try:
        with notices.collected() as warned:
            waveform, rate = faster.load(asked._replace(num_frames=frames), settings)
    except AudioError:
        return None
    if (
        warned
        or waveform.shape[1 if asked.channels_first else 0] != frames
        # libsndfile reads through our descriptor, so it has come to the file's end
        or (to_the_end and file.raw.tell() != file.size)
    ):
        return None
    return waveform, rate
