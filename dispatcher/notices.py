"""The one helper that warns.

A warning of ours is a ``UserWarning``, so that Python shows it by default, and points at the line of the caller's own
code, so that Python's default filter shows it once per call site.
"""

from __future__ import annotations

import contextlib
import contextvars
import sys
import warnings
from collections.abc import Iterator

_NOT_THE_CALLER = frozenset({"compat", "legacy", "dispatcher", "contextlib", "importlib", "runpy"})


_collecting: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar("collecting", default=None)


class CompatWarning(UserWarning):
    """Whatever this project warns of; filter it by this category."""


class IgnoredArgumentWarning(CompatWarning):
    """An argument has no effect on the file that is written, or not the effect it seems to have."""


class UnknownEncodingWarning(CompatWarning):
    """A file's encoding has no name in torchaudio's vocabulary, so ``info`` reports ``UNKNOWN``."""


class DamagedInputWarning(CompatWarning):
    """A file could be decoded only in part."""


class TruncatedInputWarning(CompatWarning):
    """A file holds fewer frames than its header promises; what is there was read."""


def _stacklevel() -> int:
    """How far up the first frame lies that is neither ours nor Python's own machinery, counted for ``warnings.warn``."""
    level, frame = 1, sys._getframe(2)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _NOT_THE_CALLER:
        level, frame = level + 1, frame.f_back
    return level + 1


def warn(message: str | Warning, category: type[CompatWarning] = CompatWarning) -> None:
    """Warn at the nearest line outside this project.

    ``message`` may be a ready warning, which then brings its own category.
    """
    collecting = _collecting.get()
    if collecting is not None:
        collecting.append(str(message))
        return
    warnings.warn(message, category, stacklevel=_stacklevel())


@contextlib.contextmanager
def collected() -> Iterator[list[str]]:
    """The texts of what is warned of in a block, in this thread alone; no warning is given for them."""
    found: list[str] = []
    token = _collecting.set(found)
    try:
        yield found
    finally:
        _collecting.reset(token)
