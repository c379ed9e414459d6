"""Flac, where no backend is named: libsndfile decodes it in less time than FFmpeg, to the same bits.

FFmpeg is the first that is asked, and serves whatever could make a difference: a file that is damaged, cut off, goes on behind
its end or is not plain flac, other depths than 16 and 24 bits, samples in their own dtype, a piece that is not there.
"""

from __future__ import annotations

import dataclasses
import os
from typing import TYPE_CHECKING

from dispatcher import flac, notices, source
from dispatcher.backend import is_readable
from dispatcher.backends.ffmpeg.seek import WORTH_IT
from dispatcher.errors import AudioError

if TYPE_CHECKING:
    import io

    import torch

    from dispatcher.backend import Backend
    from dispatcher.registry import Registry
    from dispatcher.requests import Load
    from dispatcher.settings import Settings

_REPLACED, _BY = "ffmpeg", "soundfile"
_DEPTHS = (16, 24)
_NOT_WORTH_A_LOOK = (".wav", ".mp3", ".m4a", ".ogg", ".opus")  # flac under such a name is left to FFmpeg, which knows it as well


def load(asked: Load, chosen: Backend, registry: Registry, settings: Settings) -> tuple[torch.Tensor, int] | None:
    """What the backend that was chosen would give, from one that is faster; ``None`` where that is not certain."""
    if chosen.name != _REPLACED or not asked.normalize or asked.format not in (None, "flac"):
        return None
    if is_readable(asked.uri) or not isinstance(asked.uri, (str, os.PathLike)):
        return None
    # nearer to the beginning FFmpeg decodes what comes before the piece, and is told of damage there
    if 0 < asked.frame_offset < WORTH_IT or asked.frame_offset < 0 or asked.num_frames == 0 or asked.num_frames < -1:
        return None
    faster = registry.find(_BY)
    if faster is None or os.fsdecode(asked.uri).lower().endswith(_NOT_WORTH_A_LOOK) or not source.is_regular(asked.uri):
        return None
    try:
        with open(asked.uri, "rb", buffering=0) as file:
            return _loaded(file, asked, faster, settings)
    except (OSError, ValueError):
        return None


def _loaded(file: io.FileIO, asked: Load, faster: Backend, settings: Settings) -> tuple[torch.Tensor, int] | None:
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
    # the copy is closed by libsndfile, and has one place in the file with the original
    within = dataclasses.replace(asked, uri=os.dup(file.fileno()), num_frames=frames)
    try:
        with notices.collected() as warned:
            waveform, rate = faster.load(within, settings)
    except AudioError:
        return None
    if warned or waveform.shape[1 if asked.channels_first else 0] != frames or (to_the_end and file.tell() != status.st_size):
        return None
    return waveform, rate
