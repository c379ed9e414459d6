"""The error that TorchScript gives for functions that it cannot compile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MARK = "__script_unsupported"  # torch.jit.script raises RuntimeError with this text


def refuse(function: Callable[..., Any], name: str) -> None:
    """Make ``torch.jit.script`` say why it cannot compile a function, and what to do.

    A function with several names is called by the first one that was given here.
    """
    if hasattr(function, _MARK):
        return
    why = f"{name} is Python that calls libraries, which TorchScript cannot compile"
    setattr(function, _MARK, f"{why}. Call it outside of what is scripted, and pass in what it gives.")
