"""Find an argument's kind from what callers pass to a function and what other functions return."""

import ast
import re
from collections.abc import Iterator

from compat.codemod.source import Module, called, grouped, listed, noted, value_kinds
from compat.codemod.uses.project import Project

_OPEN_OR_PATH = re.compile(rb"BytesIO|open\(|Path\b|pathlib")


def kind(project: Project, module: Module, node: ast.expr) -> str:
    """Return an argument's kind; for a parameter, consider what the function's callers pass."""
    own = value_kinds.of(module, node)
    parameter = value_kinds.parameter(module, node)
    if own in (value_kinds.FILE, value_kinds.PATHLIB):
        return own
    if parameter is None:
        return (
            value_kinds.strongest([own, *_returned(project, module, node)])
            if own == value_kinds.UNKNOWN
            else own
        )
    function, index, name = parameter
    passed = [own]
    position = index - 1 if index is not None and _is_method(module, function) else index
    for caller, call in callers(project, module, function):
        given = [keyword.value for keyword in call.keywords if keyword.arg == name]
        if position is not None and 0 <= position < len(call.args):
            given.append(call.args[position])
        for one in given:
            found = value_kinds.of(caller, one)
            passed += [
                found,
                *(_returned(project, caller, one) if found == value_kinds.UNKNOWN else ()),
            ]
    return value_kinds.strongest(passed)


def _returned(project: Project, module: Module, node: ast.expr) -> Iterator[str]:
    """Yield the kinds that functions of other modules return, if the expression is their result."""
    values = module.assigned(node) if isinstance(node, ast.Name) else [node]
    for name in sorted({called(value) for value in values} - {""}):
        for other in project.modules:
            if other is not module and name in other.text.text:
                yield from value_kinds.returned(other, name)
        if not module.standalone:
            yield from _returned_by_quiet(project, module, name)


@listed
def _returned_by_quiet(project: Project, module: Module, name: str) -> Iterator[str]:
    """Yield the same for files without torchaudio that the module imports."""
    defined = re.compile(rb"\bdef[ \t]+" + re.escape(name.encode()) + rb"\b")
    for path in sorted(project.imports.reachable(module.path) & project.quiet.all):
        if other := project.parsed(path, defined, _OPEN_OR_PATH):
            yield from value_kinds.returned(other, name)


def callers(project: Project, module: Module, function: ast.AST) -> list[tuple[Module, ast.Call]]:
    """Return the calls that have a function's name.

    For ``__init__`` that is its class's name; a ``lambda`` has no name and so no calls.
    """
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    name, method = function.name, _is_method(module, function)
    if name == "__init__":
        above = module.names.parents[function]
        name = above.name if isinstance(above, ast.ClassDef) else name
    own = _may_call(project, name)
    others = _quiet_callers(project, module, name, method)
    return [*((one, call) for one in own for call in _calls_by_name(one).get(name, ())), *others]


@noted
def _may_call(project: Project, name: str) -> list[Module]:
    # a text that has the name only in its definition need not be parsed
    mention = re.compile(f"{re.escape(name)}(?<!def {name})(?<!class {name})")
    return [one for one in project.modules if mention.search(one.text.text)]


@noted
def _quiet_callers(
    project: Project, module: Module, function: str, method: bool
) -> list[tuple[Module, ast.Call]]:
    if module.standalone or not project.quiet.paths:
        return []
    paths = (
        project.quiet.paths
        if method
        else project.imports.importers(module.path) & project.quiet.all
    )
    named = re.compile(rb"\b" + re.escape(function.encode()) + rb"[ \t]*\(")
    found = [one for path in sorted(paths) if (one := project.parsed(path, named, _OPEN_OR_PATH))]
    return [(caller, call) for caller in found for call in caller.calls if called(call) == function]


@noted
def _calls_by_name(module: Module) -> dict[str, list[ast.Call]]:
    return grouped((called(call), call) for call in module.calls)


def _is_method(module: Module, function: ast.AST) -> bool:
    static = any(
        isinstance(one, ast.Name) and one.id == "staticmethod"
        for one in getattr(function, "decorator_list", ())
    )
    return isinstance(module.names.parents[function], ast.ClassDef) and not static
