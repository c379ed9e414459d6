"""Warn when a name is used that the pinned release deprecates, and say so in its docstring.

The package ``deprecation`` reads ``compat.names.removed``. It decides whether a name is deprecated
in the pinned release, and adds notes to the docstrings. The warning is ours, because Python hides a
``DeprecationWarning`` by default.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable
from typing import Any

from compat.names import removed
from dispatcher import notices


class DeprecatedNameWarning(notices.CompatWarning):
    """A warning for a name that the pinned release deprecates, with the facts of its table."""

    def __init__(self, name: str, fact_of: str) -> None:
        fate, gone_in = removed.FATES[fact_of], removed.removed_in(fact_of)
        gone = f" and gone in {gone_in}" if gone_in else ""
        super().__init__(
            f"torchaudio.{name} is deprecated since {fate.deprecated_in}{gone}. {fate.advice}"
        )
        self.name: str = name
        self.deprecated_in: str = fate.deprecated_in
        self.removed_in: str = gone_in
        self.advice: str = fate.advice
        self._fact_of = fact_of

    def __reduce__(self) -> tuple[type[DeprecatedNameWarning], tuple[str, str]]:
        return type(self), (self.name, self._fact_of)


def warn(name: str, fact_of: str | None = None) -> None:
    """Warn at the caller's line that ``torchaudio.NAME`` is deprecated.

    Args:
        name: the name that the warning shows.
        fact_of: the entry of ``removed.FATES`` to use; by default that of ``name``.
    """
    notices.warn(DeprecatedNameWarning(name, fact_of or name), DeprecatedNameWarning)


@functools.cache
def _noted(docstring: str, name: str, version: str) -> str:
    import deprecation

    def holder() -> None: ...

    holder.__doc__ = docstring
    fate, gone_in = removed.FATES[name], removed.removed_in(name) or None
    noted = deprecation.deprecated(
        fate.deprecated_in, gone_in, current_version=version, details=fate.advice
    )(holder)
    return noted.__doc__ or ""


def document(function: Callable[..., Any], name: str, version: str) -> None:
    """Add the note of ``deprecation`` to a docstring, if that version deprecates the name."""
    if removed.deprecated(name) and isinstance(function, types.FunctionType):
        function.__doc__ = _noted(function.__doc__ or "", name, version)


def warning(
    function: Callable[..., Any],
    name: str,
    fact_of: str | None = None,
    *,
    only_if_taken: bool = False,
) -> Callable[..., Any]:
    """Return a function that warns when it is called, but not by a module of torchaudio.

    With ``only_if_taken`` it does not warn if the arguments do not fit its signature.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def warned(*args: Any, **kwargs: Any) -> Any:
        if only_if_taken:
            signature.bind(*args, **kwargs)
        if not str(sys._getframe(1).f_globals.get("__name__")).startswith("torchaudio."):
            warn(name, fact_of)
        return function(*args, **kwargs)

    return warned


def warning_class(cls: type, name: str) -> type:
    """Return a subclass of the same name that warns when an object is made."""
    make: Callable[..., None] = vars(cls)["__init__"]

    @functools.wraps(make)
    def warn_and_make(self: Any, *args: Any, **kwargs: Any) -> None:
        warn(name)
        make(self, *args, **kwargs)

    where = f"torchaudio.{name.rpartition('.')[0]}"
    return type(
        cls.__name__,
        (cls,),
        {"__init__": warn_and_make, "__module__": where, "__doc__": cls.__doc__},
    )
