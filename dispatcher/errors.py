"""The one place that words errors: which file, which backend, what went wrong, what to do next.

The classes are subclasses of what the releases raised (RuntimeError, ValueError, TypeError), so that ``except`` clauses
of old code keep catching them.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator
from typing import Any, TypeVar


class AudioError(Exception):
    """What every error of this project is, beside the built-in class that the release raised."""


class BackendError(AudioError, RuntimeError):
    """A backend could not read or write this; ``load``, ``info`` and ``save`` of all releases raised RuntimeError."""


class NoAudioStreamError(BackendError, TypeError):
    """A container opened, but holds no sound. RuntimeError in 2.1, TypeError from 2.2 on; this is both."""


class TruncatedInputError(BackendError):
    """A file holds fewer frames than its header promises, and the flag ``truncated`` makes that an error."""


class ArgumentError(AudioError, ValueError):
    """An argument has a value that the backend, or the release, does not take."""


class ArgumentTypeError(AudioError, TypeError):
    """An argument is of a type that the backend, or the release, does not take."""


class NotATensorError(ArgumentTypeError, AttributeError):
    """Something else was passed in the place of a tensor. AttributeError in 2.0 to 2.8, of what it has not."""


class TensorPlaceError(BackendError, TypeError):
    """A tensor's samples lie where no library can read them. RuntimeError by sox, TypeError by the others; this is both."""


class OperatorError(AudioError, RuntimeError):
    """An operator in the place of torchaudio's compiled ones cannot compute this; those raised RuntimeError."""


class BackendUnavailable(AudioError, RuntimeError):  # noqa: N818 - it is a state, kept and asked for, before it is raised
    """A backend cannot be used here. ``tried`` lists each attempt with its own error."""

    reason: str
    mend: str
    tried: tuple[str, ...]

    def __init__(self, reason: str, *, mend: str = "", tried: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.mend, self.tried = reason, mend, tried

    def explain(self) -> str:
        """The reason, every attempt, and the mend, as one sentence each."""
        parts = [self.reason, *(f"tried {attempt}" for attempt in self.tried), self.mend]
        return "; ".join(part for part in parts if part)


_E = TypeVar("_E", bound=Exception)


_LONGEST_NAME = 1024  # characters; what is longer is content in the place of a path, or as little use to a reader
_SHOWN = 200
_stand_ins: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("stand_ins", default={})  # noqa: B039 - never changed


@contextlib.contextmanager
def standing_for(path: str, uri: object) -> Iterator[None]:
    """Have messages name what the caller passed, while a temporary file of ours stands for it."""
    token = _stand_ins.set({**_stand_ins.get(), path: uri})
    try:
        yield
    finally:
        _stand_ins.reset(token)


def original(uri: object) -> Any:
    """What the caller passed: ``uri`` itself, unless it is a temporary file of ours that stands for something."""
    return _stand_ins.get().get(uri, uri) if isinstance(uri, str) else uri


def why_of(error: BaseException) -> str:
    """The cause that an error tells, without the name of a file, which may be a temporary one of ours."""
    told = isinstance(error, OSError) and error.filename is not None and error.strerror
    return str(error.strerror) if told and isinstance(error, OSError) else str(error)


def describe(uri: object) -> str:
    """How a message names what was to be read or written: a path as the user wrote it, an object by its type."""
    uri = original(uri)
    if isinstance(uri, bytes):
        return repr(os.fsdecode(uri)) if _is_name(uri) else f"<{len(uri):,} bytes>"
    if isinstance(uri, (str, os.PathLike)):
        text = os.fspath(uri)
        if len(text) <= _LONGEST_NAME:
            return repr(os.fsdecode(text))
        return f"{os.fsdecode(text)[:_SHOWN]!r}... ({len(text):,} characters)"
    name = getattr(uri, "name", None)
    named = f" {name!r}" if isinstance(name, str) else ""
    return f"<{type(uri).__name__}{named}>"


def _is_name(uri: bytes) -> bool:
    """Whether bytes may be a path; if not, they are what a file holds."""
    return len(uri) <= _LONGEST_NAME and b"\0" not in uri


def problem(kind: type[_E], action: str, uri: object, cause: object, *, backend: str = "", hint: str = "") -> _E:
    """An error whose text names the file, the backend, the cause and the next step.

    ``action`` is a verb (``"read"``); ``cause`` an exception or a sentence.
    """
    by = f" with the {backend} backend" if backend else ""
    text = f"cannot {action} {describe(uri)}{by}: {why_of(cause) if isinstance(cause, BaseException) else cause}".rstrip(". ")
    return kind(f"{text}. {hint}" if hint else f"{text}.")
