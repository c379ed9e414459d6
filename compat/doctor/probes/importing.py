"""Imports one package."""

from __future__ import annotations

import importlib
from typing import Any


def probe(task: str) -> dict[str, Any]:
    """Import the package called ``task``; its version and file."""
    module = importlib.import_module(task)
    return {"version": str(getattr(module, "__version__", "")), "file": str(getattr(module, "__file__", ""))}
