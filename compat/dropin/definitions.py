"""Read the definitions of the submodules from the files of ``compat.tree``."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compat import tree
from compat.names import gone

if TYPE_CHECKING:
    from compat.contents.context import Context


@dataclasses.dataclass(frozen=True)
class Definition:
    """One file of ``compat.tree``, whose docstring explains these names."""

    path: str
    doc: str
    package: bool
    names: Callable[[Context], dict[str, Any]]
    wanted: Callable[[Context], bool]
    attached: Callable[[Context], bool]
    works: Callable[[Context], bool]
    follows_pin: frozenset[str]
    warns: bool
    warns_of_missing: bool
    stands_in: bool
    goes_in_2_9: bool
    merges: bool

    def present(self, context: Context) -> bool:
        """Return whether the release has it."""
        return (context.release.old_names or not self.goes_in_2_9) and self.wanted(context)

    @property
    def parent(self) -> str:
        """Return the path of the package it is in; "" for ``torchaudio`` itself."""
        return self.path.rpartition(".")[0]


def _always(context: Context) -> bool:
    return True


def _read(module: types.ModuleType, path: str) -> Definition:
    stands_in = getattr(module, "STANDS_IN", False)
    return Definition(
        path=path,
        doc=module.__doc__ or "",
        # A stand-in claims to be a package even if it has no submodules: then `from torchaudio.io
        # import StreamReader` asks the finder, whose error says what to install. The same holds for
        # a module with names that are gone.
        package=hasattr(module, "__path__") or stands_in or gone.has_names_in(path),
        names=module.names,
        wanted=getattr(module, "present", _always),
        attached=getattr(module, "attached", _always),
        works=getattr(module, "works", _always),
        follows_pin=getattr(module, "FOLLOWS_PIN", frozenset()),
        warns=getattr(module, "WARNS", False),
        warns_of_missing=getattr(module, "WARNS_OF_MISSING", True),
        stands_in=stands_in,
        goes_in_2_9=getattr(module, "GOES_IN_2_9", False),
        merges=getattr(module, "MERGES", False),
    )


@functools.cache
def top() -> Definition:
    """Return the definition of ``torchaudio`` itself."""
    return _read(tree, "")


@functools.cache
def below() -> dict[str, Definition]:
    """Return the definitions of all submodules by path, parents before their children."""
    prefix = f"{tree.__name__}."
    found = (module.name for module in pkgutil.walk_packages(tree.__path__, prefix))
    return {
        name.removeprefix(prefix): _read(importlib.import_module(name), name.removeprefix(prefix))
        for name in found
    }
