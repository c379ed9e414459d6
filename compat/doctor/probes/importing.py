"""Import one package."""

import importlib
from typing import Any


def probe(task: str) -> dict[str, Any]:
    """Import the package ``task`` and return its version and file."""
    module = importlib.import_module(task)
    return {
        "version": str(getattr(module, "__version__", "")),
        "file": str(getattr(module, "__file__", "")),
    }
