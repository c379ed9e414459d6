"""The error classes, and the one function that words errors: file, backend, cause, next step.

The classes are subclasses of what the releases raised (RuntimeError, ValueError, TypeError), so
that ``except`` clauses of old code keep catching them.
"""

import contextlib
import contextvars
import os
from collections.abc import Iterator
from typing import Any, TypeVar


class AudioError(Exception):
    """The base class of this project's errors.

    Each is also an instance of the built-in class that the releases raised.
    """


class BackendError(AudioError, RuntimeError):
    """A backend cannot read or write this; all releases raised RuntimeError."""


class NoAudioStreamError(BackendError, TypeError):
    """A container holds no audio. RuntimeError in 2.1, TypeError from 2.2 on; this is both."""


class TruncatedInputError(BackendError):
    """A file is shorter than its header says, and the flag ``truncated`` makes that an error."""


class ArgumentError(AudioError, ValueError):
    """An argument has a value that the backend or the release does not take."""


class ArgumentTypeError(AudioError, TypeError):
    """An argument has a type that the backend or the release does not take."""


class NotAnIntegerError(ArgumentTypeError, BackendError):
    """A number is no integer. sox raised RuntimeError, the other backends TypeError."""


class NotATensorError(ArgumentTypeError, AttributeError):
    """Something else was passed for a tensor. In 2.0 to 2.8 this was an AttributeError."""


class TensorPlaceError(BackendError, TypeError):
    """No library can read a tensor's samples where they lie.

    sox raised RuntimeError, the other backends TypeError; this is both.
    """


class OperatorError(AudioError, RuntimeError):
    """One of our operators cannot compute this; torchaudio's compiled ones raised RuntimeError."""


class BackendUnavailable(AudioError, RuntimeError):  # noqa: N818 - the registry keeps it as a state
    """A backend cannot be used here. ``tried`` lists each attempt with its own error."""

    reason: str
    mend: str
    tried: tuple[str, ...]

    def __init__(self, reason: str, *, mend: str = "", tried: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.reason, self.mend, self.tried = reason, mend, tried

    def explain(self) -> str:
        """Return the reason, every attempt and the remedy, separated by semicolons."""
        parts = [self.reason, *(f"tried {attempt}" for attempt in self.tried), self.mend]
        return "; ".join(part for part in parts if part)


_E = TypeVar("_E", bound=Exception)


_LONGEST_NAME = 1024  # characters; a longer one is content passed as a path, or useless to a reader
_SHOWN = 200
_stand_ins: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar(
    "stand_ins",
    default={},  # noqa: B039 - never changed
)


@contextlib.contextmanager
def standing_for(path: str, uri: object) -> Iterator[None]:
    """Make messages name what the caller passed, and not our temporary file at ``path``."""
    token = _stand_ins.set({**_stand_ins.get(), path: uri})
    try:
        yield
    finally:
        _stand_ins.reset(token)


def original(uri: object) -> Any:
    """Return what the caller passed: ``uri`` itself, unless it is a temporary file of ours."""
    return _stand_ins.get().get(uri, uri) if isinstance(uri, str) else uri


def why_of(error: BaseException) -> str:
    """Return an error's cause without its file name, which may be of a temporary file of ours."""
    told = isinstance(error, OSError) and error.filename is not None and error.strerror
    return str(error.strerror) if told and isinstance(error, OSError) else str(error)


def describe(uri: object) -> str:
    """Return a name for messages: a path as the user wrote it, an object by its type."""
    uri = original(uri)
    if isinstance(uri, bytes):
        is_content = len(uri) > _LONGEST_NAME or b"\0" in uri
        return f"<{len(uri):,} bytes>" if is_content else repr(os.fsdecode(uri))
    text: Any = None
    with contextlib.suppress(TypeError):  # it gives neither str nor bytes
        text = os.fspath(uri)  # type: ignore[call-overload]
    if isinstance(text, (str, bytes)):
        if len(text) <= _LONGEST_NAME:
            return repr(os.fsdecode(text))
        return f"{os.fsdecode(text)[:_SHOWN]!r}... ({len(text):,} characters)"
    name = getattr(uri, "name", None)
    named = f" {name!r}" if isinstance(name, str) else ""
    return f"<{type(uri).__name__}{named}>"


def problem(
    kind: type[_E], action: str, uri: object, cause: object, *, backend: str = "", hint: str = ""
) -> _E:
    """Make an error whose text names the file, the backend, the cause and the next step.

    ``action`` is a verb (``"read"``); ``cause`` is an exception or a sentence.
    """
    by = f" with the {backend} backend" if backend else ""
    why = why_of(cause) if isinstance(cause, BaseException) else cause
    text = f"cannot {action} {describe(uri)}{by}: {why}".rstrip(". ")
    return kind(f"{text}. {hint}" if hint else f"{text}.")
