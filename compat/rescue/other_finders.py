"""Ask the other finders of ``sys.meta_path`` how a module is imported."""

import importlib.machinery
import sys
from collections.abc import Sequence
from typing import Any


def spec_by_others(
    asker: object, name: str, path: Sequence[str] | None, target: Any = None
) -> importlib.machinery.ModuleSpec | None:
    """Return the spec by which finders other than ``asker`` import a module.

    ``None`` if none of them does, or only as a folder without ``__init__.py``.
    """
    for finder in sys.meta_path:
        find = None if finder is asker else getattr(finder, "find_spec", None)
        spec: importlib.machinery.ModuleSpec | None = find and find(name, path, target)
        if spec is not None and spec.loader is not None:
            return spec
    return None
