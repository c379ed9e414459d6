"""Tell which function ran where a name is bound to one of several, as a trace shows it."""

import ast

from compat.codemod.source import Kind, Module, Use, noted, old_names
from compat.codemod.uses.project import Project


@noted
def settled(project: Project, module: Module) -> dict[ast.AST, Use]:
    """Return the calls of such names that a trace has, by their name; none without ``--observed``.

    The name must be bound to ``load``, ``save`` or ``info`` of torchaudio on each way.
    """
    found: dict[ast.AST, Use] = {}
    for node, _ in module.ambiguous if project.relies_on_traces else ():
        call, bindings = module.call_of(node), module.names.bindings(node)
        known = {one.target or "": old_names.KNOWN.get(one.target or "") for one in bindings}
        plain = all(one is not None and one.kind == Kind.FUNCTION for one in known.values())
        if call is None or not plain or old_names.OLD_PARAMETERS & {k.arg for k in call.keywords}:
            continue
        for path, one in known.items():
            if one and isinstance(node, ast.Name) and project.recorded(module, call, one.name):
                found[node] = Use(path, *one, node, node, call)
    return found
