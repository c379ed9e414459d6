"""The error that TorchScript gives for functions that it cannot compile."""

import sys
from collections.abc import Callable
from typing import Any

from dispatcher.errors import BackendError

_MARK = "__script_unsupported"  # torch.jit.script raises RuntimeError with this text
CLASS_MARK = "_jit_override_qualname"  # it asks every class for this first
_ASKER = "torch._jit_internal"


class RefusedClass:
    """An attribute of a class, with an error for ``torch.jit.script`` alone.

    For everyone else the attribute is not there.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        if sys._getframe(1).f_globals.get("__name__") == _ASKER:
            raise BackendError(_text(self._name))
        raise AttributeError(CLASS_MARK)


def _text(name: str) -> str:
    why = f"{name} is Python that calls libraries, which TorchScript cannot compile"
    return f"{why}. Call it outside of what is scripted, and pass in what it gives."


def refuse(function: Callable[..., Any], name: str) -> None:
    """Make ``torch.jit.script`` say why it cannot compile a function, and what to do.

    A function with several names is called by the first one that was given here.
    """
    if hasattr(function, _MARK):
        return
    setattr(function, _MARK, _text(name))
