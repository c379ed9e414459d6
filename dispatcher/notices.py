"""The one function that warns, and the classes of warnings.

Our warnings are ``UserWarning``, which Python shows by default. They point at the line of the
caller's own code, so that Python's default filter shows each once per call site.
"""

import contextlib
import contextvars
import sys
import warnings
from collections.abc import Iterator

_NOT_THE_CALLER = frozenset({"compat", "legacy", "dispatcher", "contextlib", "importlib", "runpy"})


_collecting: contextvars.ContextVar[list[str] | None] = contextvars.ContextVar(
    "collecting", default=None
)


class CompatWarning(UserWarning):
    """The base class of all warnings of this project; filter them by it."""


class IgnoredArgumentWarning(CompatWarning):
    """An argument has no effect on the file that is written, or not the effect it seems to have."""


class UnknownEncodingWarning(CompatWarning):
    """torchaudio has no name for a file's encoding, so ``info`` reports ``UNKNOWN``."""


class DamagedInputWarning(CompatWarning):
    """A file is damaged: a part of it could not be decoded, or is most likely wrong."""


class MisreadInputWarning(DamagedInputWarning):
    """A library misreads a file's samples, and most likely returns noise."""


class TruncatedInputWarning(CompatWarning):
    """A file holds fewer frames than its header says; what is there was read."""


def _stacklevel() -> int:
    """Return the stack level of the first frame that is neither ours nor Python's machinery.

    It is counted as ``warnings.warn`` counts, which leaves out the frames of an import.
    """
    level, frame = 2, sys._getframe(2)
    while (
        frame.f_back is not None
        and str(frame.f_globals.get("__name__")).partition(".")[0] in _NOT_THE_CALLER
    ):
        level += "importlib._bootstrap" not in frame.f_code.co_filename
        frame = frame.f_back
    return level


def warn(message: str | Warning, category: type[CompatWarning] = CompatWarning) -> None:
    """Warn at the nearest line outside this project.

    ``message`` may be a warning object, which has its own category.
    """
    collecting = _collecting.get()
    if collecting is not None:
        collecting.append(str(message))
        return
    warnings.warn(message, category, stacklevel=_stacklevel())


@contextlib.contextmanager
def collected() -> Iterator[list[str]]:
    """Collect the texts of warnings in a block, in this thread only, instead of issuing them."""
    found: list[str] = []
    token = _collecting.set(found)
    try:
        yield found
    finally:
        _collecting.reset(token)
