"""Modules that a public function's annotations name, imported when somebody asks for the annotations."""

from __future__ import annotations

import importlib
from typing import Any


class module:  # noqa: N801 - it stands for one
    """A module by its name; its attributes are those of the real one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self._name), name)
