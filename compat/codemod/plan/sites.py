"""The calls that a global backend may govern: of ``load``, ``save``, ``info``, called or passed on, that name no backend themselves."""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.source import old_names
from compat.codemod.source.calls import keyword
from compat.codemod.source.findings import Place
from compat.codemod.source.module import Module, Use
from compat.codemod.source.old_names import Kind
from compat.codemod.uses import forwarding


@dataclasses.dataclass(frozen=True, eq=False)
class Site:
    """A call of ``load``, ``save`` or ``info``, or one of them passed on as a value, that names no backend."""

    module: Module
    use: Use

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.module.place(self.use.node)

    @property
    def at_import(self) -> bool:
        """Whether it runs when its module is imported."""
        return self.module.function_of(self.use.node) is None


def of(module: Module) -> Iterator[Site]:
    """The sites of a module."""
    for use in module.of(Kind.FUNCTION):
        if not use.stored and not _only_looked_at(module, use) and not (use.call is not None and _names_backend(use, use.call)):
            yield Site(module, use)


def _names_backend(use: Use, call: ast.Call) -> bool:
    """Whether a call gives a backend by name, or in its position among the per-call parameters."""
    return keyword(call, "backend") is not None or len(call.args) > old_names.PER_CALL_POSITION[use.name]


def _only_looked_at(module: Module, use: Use) -> bool:
    above = module.names.parents.get(use.node)
    return isinstance(above, ast.Attribute) or (isinstance(above, ast.Call) and above.func is not use.node and forwarding.only_looks(above))
