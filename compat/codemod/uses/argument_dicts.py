"""Find arguments passed as ``**arguments``: in a literal dict, one filled later, or by callers."""

import ast
import re
from collections.abc import Iterable

from compat.codemod.source import Kind, Module, Place, is_dict_with, keyword, literal
from compat.codemod.uses.passed_values import callers
from compat.codemod.uses.project import Project


def passed_in_dict(module: Module, project: Project, call: ast.Call, *names: str) -> str | None:
    """Return the first of these arguments that a call gets, or may get, through ``**arguments``."""
    spread = [one.value for one in call.keywords if one.arg is None]
    return next(
        (name for name in names if any(_holds(module, project, value, name) for value in spread)),
        None,
    )


def named_elsewhere(modules: Iterable[Module], name: str, *own: Kind) -> Place | None:
    """Return where a dict may get an argument of this name: in a string, or as a keyword.

    Args:
        modules: where to look.
        name: the argument.
        own: the old names whose calls are seen; their keywords do not count.
    """
    for module in modules:
        seen = {id(one) for use in module.of(*own) if use.call for one in use.call.keywords}
        keywords = [
            one for one in module.names.all(ast.keyword) if one.arg == name and id(one) not in seen
        ]
        quoted = [one for one in module.names.all(ast.Constant) if one.value == name]
        if found := [*keywords, *quoted]:
            return module.place(found[0])
    return None


def _holds(module: Module, project: Project, node: ast.expr, name: str) -> bool:
    if is_dict_with(module, node, name):
        return True
    if any(value and is_dict_with(module, value, name) for value in module.assigned(node)):
        return True
    is_rest = False  # what callers give; those are seen
    for binding in module.names.bindings(node):
        parent = module.names.parents.get(binding.node)
        if isinstance(parent, ast.arguments) and parent.kwarg is binding.node:
            is_rest = True
            function = module.names.parents[parent]
            if any(keyword(call, name) for _, call in callers(project, module, function)):
                return True
    owner = ast.unparse(node)
    for item in module.names.all(ast.Subscript):
        if (
            isinstance(item.ctx, ast.Store)
            and literal(item.slice) == name
            and ast.unparse(item.value) == owner
        ):
            return True
    for call in module.calls:
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr in ("update", "setdefault")
            and ast.unparse(call.func.value) == owner
        ):
            given = bool(call.args) and (
                is_dict_with(module, call.args[0], name) or literal(call.args[0]) == name
            )
            if given or keyword(call, name):
                return True
    return not is_rest and not isinstance(node, ast.Dict) and _is_mentioned(module, name)


def _is_mentioned(module: Module, name: str) -> bool:
    """Return whether a text, a keyword or a field has a name, so that some dict may have it."""
    word = re.compile(rf"\b{name}\b")
    if any(
        word.search(str(text.value)) and not module.is_docstring(text) for text in module.strings
    ):
        return True
    own = {use.call for use in module.uses}
    if any(keyword(call, name) for call in module.calls if call not in own):
        return True
    return any(
        isinstance(one.target, ast.Name) and one.target.id == name
        for one in module.names.all(ast.AnnAssign)
    )
