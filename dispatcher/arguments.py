"""Checks that several backends share."""

from __future__ import annotations

from dispatcher.errors import BackendError


def check_piece(frame_offset: int, num_frames: int) -> None:
    """Refuse what the ffmpeg and sox backends of all releases refused of a piece to read.

    Raises:
        BackendError: (a RuntimeError) a negative offset, or a length of 0 or below -1.
    """
    if frame_offset < 0:
        raise BackendError(f"frame_offset is {frame_offset}, and must not be negative")
    if num_frames == 0 or num_frames < -1:
        raise BackendError(f"num_frames is {num_frames}, and must be -1 (all) or positive")
