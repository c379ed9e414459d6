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
    if not project.relies_on_traces:
        return found
    for node, _ in module.ambiguous:
        call = module.call_of(node)
        if not isinstance(node, ast.Name) or call is None:
            continue
        paths = [binding.target for binding in module.names.bindings(node)]
        known = {path: old_names.KNOWN.get(path or "") for path in paths}
        plain = all(one is not None and one.kind == Kind.FUNCTION for one in known.values())
        if not plain or any(one.arg in old_names.OLD_PARAMETERS for one in call.keywords):
            continue
        for path, one in known.items():
            if one and project.recorded(module, call, one.name):
                found[node] = Use(path or "", *one, node, node, call)
    return found
