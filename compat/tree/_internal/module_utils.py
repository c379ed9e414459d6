"""``torchaudio._internal.module_utils``: whether optional modules are there, and decorators that ask."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from compat.context import Context

STANDS_IN = True
_F = TypeVar("_F", bound=Callable[..., Any])


def is_module_available(*modules: str) -> bool:
    """Whether all these modules can be found; they are not imported."""
    return all(importlib.util.find_spec(module) is not None for module in modules)


def requires_module(*modules: str) -> Callable[[_F], _F]:
    """A decorator: the function raises RuntimeError when called, if one of these modules cannot be found."""

    def decorate(function: _F) -> _F:
        lacking = [module for module in modules if not is_module_available(module)]
        if not lacking:
            return function

        @functools.wraps(function)
        def fail(*args: Any, **kwargs: Any) -> Any:
            raise BackendError(f"{function.__module__}.{function.__name__} needs {', '.join(lacking)}, which cannot be found")

        return fail  # type: ignore[return-value]

    return decorate


def names(context: Context) -> dict[str, Any]:
    """The two above, and the same for libsox."""

    def is_sox_available() -> bool:
        """Whether libsox works here."""
        return context.registry.reason("sox") is None

    def requires_sox() -> Callable[[_F], _F]:
        """A decorator: the function raises RuntimeError when called, if libsox does not work here."""
        from compat.tree import _extension

        decorator: Callable[[_F], _F] = _extension.names(context)["fail_if_no_sox"].make()
        return decorator

    found = (is_module_available, requires_module, is_sox_available, requires_sox)
    return {function.__name__: function for function in found}
