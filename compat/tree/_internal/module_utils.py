"""``torchaudio._internal.module_utils``: find optional modules, and decorators that do so."""

import functools
import importlib.util
import os
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

from compat.contents.submodule import Context, Submodule
from dispatcher.errors import BackendError

_F = TypeVar("_F", bound=Callable[..., Any])


def is_module_available(*modules: str) -> bool:
    """Return whether all these modules can be found; they are not imported."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def requires_module(*modules: str) -> Callable[[_F], _F]:
    """Return a decorator: the function raises RuntimeError if one of these modules is missing."""

    def decorate(function: _F) -> _F:
        lacking = [module for module in modules if not is_module_available(module)]
        if not lacking:
            return function
        message = f"needs {', '.join(lacking)}, which cannot be found"
        return fail_with_message(message)(function)

    return decorate


def deprecated(
    direction: str, version: str | None = None, remove: bool = False
) -> Callable[[_F], _F]:
    """Return a decorator: the function warns at each call.

    Args:
        direction: what to do instead.
        version: the release that removes the function.
        remove: whether the warning says that it will be removed.
    """
    goes = (
        f" It goes in release {version}."
        if remove and version
        else " It will go."
        if remove
        else ""
    )

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def warned(*args: Any, **kwargs: Any) -> Any:
            text = f"{function.__module__}.{function.__name__} is deprecated. {direction}{goes}"
            warnings.warn(text, UserWarning, stacklevel=2)
            return function(*args, **kwargs)

        return warned  # type: ignore[return-value]

    return decorate


def fail_with_message(message: str) -> Callable[[_F], _F]:
    """Return a decorator: the function raises RuntimeError with its name and the message."""

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def fail(*args: Any, **kwargs: Any) -> Any:
            raise BackendError(f"{function.__module__}.{function.__name__} {message}")

        return fail  # type: ignore[return-value]

    return decorate


def no_op(function: _F) -> _F:
    """Return the function itself."""
    return function


_TRUE, _FALSE = ("1", "true", "on", "yes"), ("0", "false", "off", "no")


def eval_env(var: str, default: bool) -> bool:
    """Return what an environment variable says, or the default if it is not set.

    Raises:
        RuntimeError: it says neither yes (1, true, on, yes) nor no (0, false, off, no).
    """
    said = os.environ.get(var)
    if said is None:
        return default
    if said.lower() not in _TRUE + _FALSE:
        raise BackendError(
            f"the variable {var} is {said!r}; it must be one of {', '.join(_TRUE + _FALSE)}"
        )
    return said.lower() in _TRUE


def names(context: Context) -> dict[str, Any]:
    """Return the functions above, and the same for libsox."""

    def is_sox_available() -> bool:
        """Return whether libsox works here."""
        return context.registry.reason("sox") is None

    def requires_sox() -> Callable[[_F], _F]:
        """Return a decorator: the function raises RuntimeError if libsox does not work here."""
        if is_sox_available():
            return no_op
        return fail_with_message("needs libsox of a real torchaudio")

    found = (
        is_module_available, requires_module, is_sox_available, requires_sox, deprecated,
        fail_with_message, no_op, eval_env,
    )  # fmt: skip
    return {function.__name__: function for function in found}


SUBMODULE = Submodule(names, stands_in=True)
