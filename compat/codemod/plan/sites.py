"""Find the calls that a global backend may govern, as they name no backend themselves."""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.source import Kind, Module, Place, Use, keyword, old_names
from compat.codemod.uses import Project, either, forwarding


@dataclasses.dataclass(frozen=True, eq=False)
class Site:
    """A call of ``load``, ``save`` or ``info`` without a backend, or one of them as a value."""

    module: Module
    use: Use

    @property
    def place(self) -> Place:
        """Return where it is."""
        return self.module.place(self.use.node)


def of(project: Project, module: Module) -> Iterator[Site]:
    """Yield the sites of a module."""
    given = {use: call for use, call, _ in forwarding.calls_of(module, *old_names.FUNCTIONS)}
    for use in (*module.of(Kind.FUNCTION), *either.settled(project, module).values()):
        above, call = module.names.parents.get(use.node), use.call
        looked_at = isinstance(above, ast.Attribute) or (
            call is None and forwarding.only_looks(above)
        )
        takes = given.get(use, call)  # the call that gives it its arguments
        names_backend = (takes and keyword(takes, "backend")) or (
            call and len(call.args) > old_names.PER_CALL_POSITION[use.name]
        )
        if not (looked_at or names_backend):
            yield Site(module, use)
