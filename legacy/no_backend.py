"""The functions in force without a global backend: each raises RuntimeError, as up to 2.1.

Their parameters are those of releases before 0.8, which 2.0 to 2.2 still had here.
"""

from typing import Any, NoReturn

from dispatcher.errors import BackendError, problem
from legacy.functions import Functions

_HINT = (
    "Call set_audio_backend with one of list_audio_backends(); `python -m compat.doctor` says why "
    "others are missing."
)


def _none(action: str, filepath: Any) -> BackendError:
    """Return the error of all three."""
    return problem(
        BackendError, action, filepath, "no audio backend is chosen, or none works here", hint=_HINT
    )


def load(
    filepath: Any,
    out: Any = None,
    normalization: Any = True,
    channels_first: bool = True,
    num_frames: int = 0,
    offset: int = 0,
    filetype: str | None = None,
) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("read", filepath)


def save(
    filepath: Any, src: Any, sample_rate: int, precision: int = 16, channels_first: bool = True
) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("write", filepath)


def info(filepath: Any) -> NoReturn:
    """Raise RuntimeError."""
    raise _none("read", filepath)


FUNCTIONS = Functions(info, load, save)
