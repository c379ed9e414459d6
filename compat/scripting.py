"""What TorchScript says of functions that it cannot compile: those that read, write and call libraries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MARK = "__script_unsupported"  # torch.jit.script raises RuntimeError with this text


def refuse(function: Callable[..., Any], name: str) -> None:
    """Have ``torch.jit.script`` say why a function of ours cannot be compiled, and what to do; its first name is what is told."""
    if hasattr(function, _MARK):
        return
    why = f"{name} is Python that calls libraries, which TorchScript cannot compile"
    setattr(function, _MARK, f"{why}. Call it outside of what is scripted, and pass in what it gives.")
