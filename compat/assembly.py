"""Building the module tree of a release, and laying it over whatever is there.

A tree has a host, the module ``torchaudio``: a real one, or an empty one of ours. Names are laid over the host, and the
modules below it over ``sys.modules``; taking the layer away gives back exactly what was there.
"""

from __future__ import annotations

import functools
import importlib
import importlib.machinery
import importlib.util
import pkgutil
import sys
import types
from collections.abc import Iterator, MutableMapping
from typing import Any

from compat import advice, deprecations, tree
from compat.context import Context
from compat.lazy import Lazy

_MISSING: Any = object()


class Layer:
    """Changes to namespaces, each of which can be taken back."""

    def __init__(self) -> None:
        self._before: list[tuple[MutableMapping[str, Any], str, Any]] = []

    def set(self, namespace: MutableMapping[str, Any], name: str, value: Any) -> None:
        """Bind a name, remembering what it was bound to."""
        self._before.append((namespace, name, namespace.get(name, _MISSING)))
        namespace[name] = value

    def drop(self, namespace: MutableMapping[str, Any], name: str) -> None:
        """Unbind a name, remembering what it was bound to."""
        if name in namespace:
            self._before.append((namespace, name, namespace.pop(name)))

    def undo(self) -> None:
        """Take every change back, the last one first."""
        while self._before:
            namespace, name, value = self._before.pop()
            if value is _MISSING:
                namespace.pop(name, None)
            else:
                namespace[name] = value


class Tree:
    """The modules of one ``torchaudio``.

    Args:
        host: the module at the top.
        registered: the modules are put into ``sys.modules`` under the host's name, so that ``import`` finds them.
    """

    def __init__(self, host: types.ModuleType, *, registered: bool) -> None:
        self.host, self.registered = host, registered
        self.context: Context | None = None
        self._layer = Layer()
        self._children: dict[str, types.ModuleType] = {}
        self._of_real: frozenset[str] = frozenset()

    def lay(self, context: Context) -> None:
        """Put a release in place of the one that is there now."""
        self.clear()
        self.context = context
        if context.over_real:
            self._of_real = frozenset(path for path in _standing_in() if _is_real(self.host, path))
        self._fill(self.host, "", tree)
        self._attach(self.host, "", tree)

    def clear(self) -> None:
        """Take everything away again."""
        self._layer.undo()
        for child in self._children.values():
            vars(child).clear()
        self._children.clear()
        self.context = None

    def definition(self, path: str) -> types.ModuleType | None:
        """The file that defines a submodule, if the project has one."""
        try:
            return importlib.import_module(f"{tree.__name__}.{path}")
        except ModuleNotFoundError as why:
            if why.name and why.name.startswith(tree.__name__):
                return None
            raise

    def has(self, path: str) -> bool | None:
        """Whether the release in force has a submodule; ``None`` where the project does not know it."""
        definition = self.definition(path)
        return None if definition is None or self._left_to_real(path, definition) else self._present(definition)

    def is_package(self, path: str) -> bool:
        """Whether a submodule of the tree may have submodules.

        One that only stands in says so even if it has none: then ``from torchaudio.io import StreamReader`` asks the
        finder for it, whose error says what to install.
        """
        definition = self.definition(path)
        return hasattr(definition, "__path__") or getattr(definition, "STANDS_IN", False)

    def _left_to_real(self, path: str, definition: types.ModuleType) -> bool:
        """Whether a real torchaudio has this itself, and ours only stands in where it is missing."""
        assert self.context is not None
        if not self.context.over_real or not getattr(definition, "STANDS_IN", False):
            return False
        return path in self._of_real

    def child(self, path: str) -> types.ModuleType:
        """A submodule, built on its first use and hung below its parent."""
        if path in self._children:
            return self._children[path]
        definition = self.definition(path)
        if definition is None:
            raise KeyError(path)
        parent_path, _, name = path.rpartition(".")
        parent = self.child(parent_path) if parent_path else self.host
        full = f"{self.host.__name__}.{path}"
        real = sys.modules.get(full) if getattr(definition, "MERGES", False) and self.context and self.context.over_real else None
        module = real or types.ModuleType(full, definition.__doc__)
        if real is None:
            package = self.is_package(path)
            module.__spec__ = importlib.machinery.ModuleSpec(full, None, is_package=package)
            module.__package__ = full if package else full.rpartition(".")[0]
            if package:
                module.__path__ = []
            self._children[path] = module
        self._fill(module, path, definition)
        if self.registered:
            self._layer.set(sys.modules, full, module)
        self._layer.set(vars(parent), name, module)
        self._attach(module, path, definition)
        return module

    def _present(self, definition: types.ModuleType) -> bool:
        assert self.context is not None
        if getattr(definition, "GOES_IN_2_9", False) and not self.context.release.old_names:
            return False
        return bool(getattr(definition, "present", lambda context: True)(self.context))

    def _below(self, path: str, definition: types.ModuleType) -> Iterator[tuple[str, types.ModuleType]]:
        for found in pkgutil.iter_modules(getattr(definition, "__path__", ())):
            below = f"{path}.{found.name}" if path else found.name
            known = self.definition(below)
            if known is not None and not self._left_to_real(below, known):
                yield below, known

    def _attach(self, module: types.ModuleType, path: str, definition: types.ModuleType) -> None:
        """Hang on a module what its release imports by itself, and take off what the release lacks."""
        for below, known in self._below(path, definition):
            if not self._present(known):
                self._layer.drop(vars(module), below.rpartition(".")[2])
                if self.registered:
                    self._layer.drop(sys.modules, f"{self.host.__name__}.{below}")
            elif getattr(known, "attached", lambda context: True)(self.context):
                self.child(below)

    def _fill(self, module: types.ModuleType, path: str, definition: types.ModuleType) -> None:
        assert self.context is not None
        found = definition.names(self.context)
        if self.context.release.names_warn and getattr(definition, "GOES_IN_2_9", False) and path in deprecations.FACTS:
            for name, value in found.items():
                if isinstance(value, types.FunctionType):
                    found[name] = deprecations.warning(value, f"{path}.{name}", path)
        warns = getattr(definition, "WARNS", False) and self.context.release.backend_modules_warn
        stands_in = getattr(definition, "STANDS_IN", False)
        lazy = {name: value for name, value in found.items() if warns or isinstance(value, Lazy)}
        for name, value in found.items():
            if name not in lazy:
                self._layer.set(vars(module), name, value)
        if lazy or stands_in:
            self._layer.set(vars(module), "__getattr__", _reaching(module, path, lazy, warns, self.context if stands_in else None))
            self._layer.set(vars(module), "__dir__", lambda: sorted({*vars(module), *lazy}))


@functools.cache
def _standing_in() -> tuple[str, ...]:
    """The paths of all definitions that give way to a real torchaudio's module."""
    paths = (found.name.removeprefix(f"{tree.__name__}.") for found in pkgutil.walk_packages(tree.__path__, f"{tree.__name__}."))
    return tuple(path for path in paths if getattr(importlib.import_module(f"{tree.__name__}.{path}"), "STANDS_IN", False))


def _is_real(host: types.ModuleType, path: str) -> bool:
    """Whether a real torchaudio has a submodule, imported or not."""
    full = f"{host.__name__}.{path}"
    if full in sys.modules:
        return True
    try:
        return importlib.util.find_spec(full) is not None
    except (ImportError, AttributeError, ValueError):
        return False


def _reaching(module: types.ModuleType, path: str, lazy: dict[str, Any], warns: bool, context: Context | None) -> Any:
    """A module's ``__getattr__`` for names that are made late, that warn, or that a stand-in has not."""
    before = vars(module).get("__getattr__")

    def __getattr__(name: str) -> Any:  # noqa: N807 - a module's hook
        if name not in lazy:
            if before is not None:
                return before(name)
            if context is not None and not name.startswith("__"):
                raise AttributeError(advice.missing(f"{path}.{name}", context))
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        if warns:
            deprecations.warn(f"{path}.{name}", "backend")
        value = lazy[name]
        if isinstance(value, Lazy):
            value = lazy[name] = value.make()
        return value

    return __getattr__
