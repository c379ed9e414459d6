"""Say what ``from MODULE import *`` binds: the names that the module has under the pinned release.

Without ``__all__`` Python skips the names that a module makes late. A real torchaudio of another
release lists names that the pinned release lacks, and Python raises an error for each of these.
"""

import types
from collections.abc import Iterable
from typing import Any

from compat.dropin.layer import Layer

_ALL = "__all__"


def announce(layer: Layer, module: types.ModuleType, names: Iterable[str]) -> None:
    """Make these the names that ``import *`` binds."""
    layer.set(vars(module), _ALL, list(names))


def add(layer: Layer, module: types.ModuleType, names: Iterable[str]) -> None:
    """Add public names to those of a module that lists its own."""
    listed = _listed(module)
    public = [name for name in names if not name.startswith("_")]
    if listed and set(public) - set(listed):
        announce(layer, module, dict.fromkeys([*listed, *public]))


def leave_out(layer: Layer, module: types.ModuleType, name: str) -> None:
    """Remove a name from those of a module that lists its own."""
    listed = _listed(module)
    if name in listed:
        announce(layer, module, [other for other in listed if other != name])


def _listed(module: types.ModuleType) -> list[str]:
    found: Any = vars(module).get(_ALL, ())
    return [str(name) for name in found]
