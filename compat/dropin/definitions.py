"""Read the definitions of the submodules from the files of ``compat.tree``."""

import dataclasses
import functools
import importlib
import pkgutil
import types

from compat import tree
from compat.contents.context import Context
from compat.contents.submodule import Submodule
from compat.names import removed


@dataclasses.dataclass(frozen=True)
class Definition:
    """One file of ``compat.tree``, whose docstring explains its module."""

    path: str
    doc: str
    package: bool
    submodule: Submodule

    def present(self, context: Context) -> bool:
        """Return whether the release has it."""
        is_gone = self.submodule.goes_in_2_9 and not context.release.old_names
        return not is_gone and self.submodule.present(context)

    @property
    def parent(self) -> str:
        """Return the path of the package it is in; "" for ``torchaudio`` itself."""
        return self.path.rpartition(".")[0]


def _read(module: types.ModuleType, path: str) -> Definition:
    submodule: Submodule = module.SUBMODULE
    # A stand-in claims to be a package even if it has no submodules: then `from torchaudio.io
    # import StreamReader` asks the finder, whose error says what to install. The same holds for
    # a module with names that are gone.
    package = hasattr(module, "__path__") or submodule.stands_in or removed.has_names_in(path)
    return Definition(path, module.__doc__ or "", package, submodule)


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
