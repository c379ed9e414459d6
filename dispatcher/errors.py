"""The one place that words errors: which file, which backend, what went wrong, what to do next.

The classes are subclasses of what the releases raised (RuntimeError, ValueError, TypeError), so that ``except`` clauses
of old code keep catching them.
"""

from __future__ import annotations

import os
from typing import TypeVar


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


def describe(uri: object) -> str:
    """How a message names what was to be read or written: a path as the user wrote it, an object by its type."""
    if isinstance(uri, bytes):
        return repr(os.fsdecode(uri))
    if isinstance(uri, (str, os.PathLike)):
        return repr(os.fspath(uri))
    name = getattr(uri, "name", None)
    named = f" {name!r}" if isinstance(name, str) else ""
    return f"<{type(uri).__name__}{named}>"


def problem(kind: type[_E], action: str, uri: object, cause: object, *, backend: str = "", hint: str = "") -> _E:
    """An error whose text names the file, the backend, the cause and the next step.

    ``action`` is a verb (``"read"``); ``cause`` an exception or a sentence.
    """
    by = f" with the {backend} backend" if backend else ""
    text = f"cannot {action} {describe(uri)}{by}: {cause}".rstrip(". ")
    return kind(f"{text}. {hint}" if hint else f"{text}.")
