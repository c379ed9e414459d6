"""Change namespaces in a way that can be undone."""

import importlib.machinery
import types
from collections.abc import MutableMapping
from typing import Any

_MISSING: Any = object()


def empty(name: str, doc: str, *, package: bool = True) -> types.ModuleType:
    """Return a new module or package, as if it had been imported."""
    module = types.ModuleType(name, doc)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=package)
    module.__package__ = name if package else name.rpartition(".")[0]
    if package:
        module.__path__ = []
    return module


class Layer:
    """Names laid over the dictionaries of modules and over ``sys.modules``."""

    def __init__(self) -> None:
        self._before: list[tuple[MutableMapping[str, Any], str, Any]] = []

    def set(self, namespace: MutableMapping[str, Any], name: str, value: Any) -> None:
        """Bind a name and remember what it was bound to."""
        self._before.append((namespace, name, namespace.get(name, _MISSING)))
        namespace[name] = value

    def drop(self, namespace: MutableMapping[str, Any], name: str) -> None:
        """Unbind a name and remember what it was bound to."""
        if name in namespace:
            self._before.append((namespace, name, namespace.pop(name)))

    def undo(self) -> None:
        """Undo every change, the last one first."""
        while self._before:
            namespace, name, value = self._before.pop()
            if value is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value
