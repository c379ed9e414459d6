"""Change namespaces in a way that can be undone."""

from collections.abc import MutableMapping
from typing import Any

_MISSING: Any = object()


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
