"""Modules that annotations name, imported only when the annotations are evaluated."""

from __future__ import annotations

import importlib
from typing import Any


class module:  # noqa: N801 - stands for a module
    """A stand-in for a module, which it imports when an attribute is read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self._name), name)
