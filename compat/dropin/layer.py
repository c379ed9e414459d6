"""Change namespaces, and what ``from MODULE import *`` binds, in a way that can be undone."""

import importlib.machinery
import types
from collections.abc import Iterable, MutableMapping
from typing import Any

_MISSING: Any = object()
# Without it Python skips the names that a module makes late. A real torchaudio of another release
# lists names there that the pinned release lacks, and Python raises an error for each of these.
_ALL = "__all__"


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

    def export(self, module: types.ModuleType, names: Iterable[str]) -> None:
        """Make these the names that ``import *`` binds."""
        self.set(vars(module), _ALL, list(names))

    def export_also(self, module: types.ModuleType, names: Iterable[str]) -> None:
        """Add public names to those of a module that lists its own."""
        listed = vars(module).get(_ALL, ())
        public = [name for name in names if not name.startswith("_")]
        if listed and set(public) - set(listed):
            self.export(module, dict.fromkeys([*listed, *public]))

    def leave_out(self, module: types.ModuleType, name: str) -> None:
        """Remove a name from those of a module that lists its own."""
        listed = vars(module).get(_ALL, ())
        if name in listed:
            self.export(module, (other for other in listed if other != name))

    def undo(self) -> None:
        """Undo every change, the last one first."""
        while self._before:
            namespace, name, value = self._before.pop()
            if value is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value
