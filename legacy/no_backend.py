"""The functions in force where no global backend is chosen: each raises RuntimeError, as in releases up to 2.1."""

from __future__ import annotations

from typing import Any, NoReturn

from dispatcher.errors import BackendError, problem
from legacy.functions import Functions

_HINT = "Call set_audio_backend with one of list_audio_backends(); `python -m compat.doctor` says why others are missing."


def _none(action: str, filepath: Any) -> BackendError:
    return problem(BackendError, action, filepath, "no audio backend is chosen, or none works here", hint=_HINT)


def load(
    filepath: Any,
    frame_offset: int = 0,
    num_frames: int = -1,
    normalize: bool = True,
    channels_first: bool = True,
    format: str | None = None,
) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("read", filepath)


def save(
    filepath: Any,
    src: Any,
    sample_rate: int,
    channels_first: bool = True,
    compression: float | None = None,
    format: str | None = None,
    encoding: str | None = None,
    bits_per_sample: int | None = None,
) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("write", filepath)


def info(filepath: Any, format: str | None = None) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("read", filepath)


FUNCTIONS = Functions(info, load, save)
