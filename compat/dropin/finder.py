"""Hook into imports: ``import torchaudio.backend.common`` finds the module of the tree in force.

For a stand-in the finder also answers for modules that the tree lacks. The user sees an error's
text only if it is an ``ImportError`` raised here; ``from torchaudio import datasets`` replaces any
other.
"""

import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence

from compat.dropin import advice, children, definitions, torio
from compat.dropin.assembly import Tree
from compat.dropin.first_import import Loader


class _Maker:
    """Builds a module of a tree, filled, when it is imported."""

    def __init__(self, tree: Tree, path: str) -> None:
        self._tree, self._path = tree, path

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self._tree.child(self._path)

    def exec_module(self, module: types.ModuleType) -> None:
        """Do nothing."""


def _only_asks() -> bool:
    """Return whether ``importlib.util.find_spec`` asks; it must not get an error."""
    return sys._getframe(3).f_globals.get("__name__") == importlib.util.__name__


class Finder:
    """A finder for ``sys.meta_path`` that serves one tree.

    Args:
        tree: the tree to serve.
        renew: lays the release again, for a reload.
        follow: changes a module that spawns processes, so that they have the release.
    """

    def __init__(
        self, tree: Tree, renew: Callable[[], None], follow: Callable[[types.ModuleType], None]
    ) -> None:
        self._tree, self._renew, self._follow = tree, renew, follow

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for a module of the tree; ``None`` for a module that is not ours.

        Raises:
            ModuleNotFoundError: the release in force or a stand-in lacks the module.
        """
        if fullname in children.SPAWNERS:
            return children.spec_of(fullname, path, self, self._follow)
        root, _, below = fullname.partition(".")
        if root == torio.ROOT and self._tree.context is not None and self._tree.hides_torio:
            if _only_asks():
                return None
            raise ModuleNotFoundError(
                f"torchaudio {self._tree.context.release.name} has no torio; compat.io has what "
                "was in torio.io",
                name=root,
            )
        if fullname == self._tree.host.__name__:
            # for `reload(torchaudio)`, and an import after a removal from `sys.modules`: the
            # same module, also a real one, since compiled operators can be registered only once
            return importlib.machinery.ModuleSpec(
                fullname,
                Loader(self._tree.host, self._renew),  # type: ignore[arg-type]
                is_package=True,
            )
        if root != self._tree.host.__name__ or not below or self._tree.context is None:
            return None
        context, known = self._tree.context, self._tree.has(below)
        if known:
            return importlib.machinery.ModuleSpec(
                fullname,
                _Maker(self._tree, below),  # type: ignore[arg-type]
                is_package=definitions.below()[below].package,
            )
        if (
            known is None
            and context.over_real
            and (advice.is_module(fullname) or not advice.is_known(below, context))
        ):
            return None
        if _only_asks():
            return None
        raise ModuleNotFoundError(
            advice.lacking(below, context) if known is False else advice.missing(below, context),
            name=root,
        )
