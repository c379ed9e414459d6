"""Find every place that reads what a name is given, or say why some cannot be seen."""

import ast

from compat.codemod.source import Module, NotProvableError
from compat.codemod.uses.project import Project

_NAMESPACES = {"eval", "exec", "globals", "locals"}


def seen(project: Project, module: Module, name: ast.Name) -> list[ast.Name]:
    """Return the places that read a name, whichever binding they mean.

    Raises:
        NotProvableError: code that is not seen may read it as well.
    """
    home = module.names.scope_of[name].home(name.id)
    is_shared = home is not None and home.kind == "module" and project.is_exported(module, name.id)
    if home is None or home.kind == "class" or is_shared:
        raise NotProvableError(
            f"{name.id} may be read elsewhere: it is stored in a class, or another file imports it"
        )
    for call in module.calls:
        if any(module.names.is_builtin(call.func, one) for one in _NAMESPACES) or (
            module.names.is_builtin(call.func, "vars") and not call.args
        ):
            place = module.place(call)
            raise NotProvableError(f"{name.id} may be read by its name in line {place.line}")
    reads = module.reads(name)
    if not module.unplaced.isdisjoint(reads):
        raise NotProvableError(f"{name.id} is read in an f-string that cannot be changed")
    return reads


def all_of(project: Project, module: Module, name: ast.Name) -> list[ast.Name]:
    """Return all places that read what a name is given here.

    Raises:
        NotProvableError: others may read it, or it may be given something else.
    """
    if len(module.names.bindings(name)) != 1:
        raise NotProvableError(f"{name.id} is bound more than once")
    return seen(project, module, name)
