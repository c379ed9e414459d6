"""Find torchaudio's functions that are kept or passed on, and calls that may call them."""

import ast
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from compat.codemod.source import (
    Binding,
    Kind,
    Module,
    Place,
    called,
    given,
    listed,
    noted,
    old_names,
    plain_name,
    string,
)
from compat.codemod.uses.project import Project

_ONLY_ASK = (
    "getattr",
    "hasattr",
    "setattr",
    "delattr",
    "isinstance",
    "print",
    "dir",
    "vars",
    "reload",
    "object",
    "version",
    "help",
    "str",
)


_WRAPPERS = (
    "partial",
    "partialmethod",
    "staticmethod",
    "classmethod",
    "map",
    "cache",
    "lru_cache",
    "getattr",
)


class Kept(NamedTuple):
    """A place where a function of torchaudio, or torchaudio itself, is used as a value."""

    module: Module
    name: str
    node: ast.expr


def near(project: Project, module: Module) -> list[Kept]:
    """Return what is kept in a module, in those that it imports, and in those that import it."""
    every = _everywhere(project)
    linked = _linked(project, module) if every else ()
    return [kept for kept in every if kept.module is module or kept.module.path in linked]


@noted
def _everywhere(project: Project) -> list[Kept]:
    return [kept for module in project.modules for kept in _in(module)]


def _linked(project: Project, module: Module) -> frozenset[str]:
    """Return the files that a file imports or that import it, directly or not."""
    if module.standalone:
        return frozenset()
    return project.imports.reachable(module.path) | project.imports.importers(module.path)


@listed
def _in(module: Module) -> Iterator[Kept]:
    for use in module.uses:
        above = module.names.parents.get(use.node)
        call = above if isinstance(above, ast.Call) else None
        kept = use.kind in (Kind.FUNCTION, Kind.BACKEND_FUNCTION) and not use.stored
        if kept and use.call is None:
            yield Kept(module, f"{old_names.ROOT}.{use.name}", use.node)
        elif call and module.names.is_builtin(call.func, "getattr") and call.args[:1] == [use.node]:
            if (name := string(given(call, "name", 1))) in old_names.FUNCTIONS:
                yield Kept(module, f"{old_names.ROOT}.{name}", call)
        elif use.path == old_names.ROOT and (
            isinstance(above, ast.keyword) or (call and called(call) not in _ONLY_ASK)
        ):
            yield Kept(module, old_names.ROOT, use.node)


def called_with(
    project: Project,
    module: Module,
    gives: Callable[[Module, ast.Call], bool],
    pattern: re.Pattern[bytes],
    name: str = "",
) -> Iterator[tuple[ast.expr, str, Place]]:
    """Yield where a kept function may be called with certain arguments: a node of the module.

    Each comes with the function's name, and with the place of the function or, where a file without
    torchaudio calls it, of the call.

    Args:
        project: the project.
        module: the module to report it in.
        gives: whether a call has these arguments.
        pattern: what files without torchaudio have in their text if they have such calls.
        name: the function; by default any.
    """
    kept = [one for one in near(project, module) if one.name.endswith(name)]
    here = [one for one in kept if one.module is module]
    paths = _linked(project, module) & project.quiet.all if here else ()
    quiet = filter(None, (project.parsed(path, pattern) for path in sorted(paths)))
    for other, several in ((module, kept), *((one, here) for one in quiet)):
        for call in other.calls if several else ():
            if gives(other, call) and (one := may_be_called(project, other, call, several)):
                at_call = call, one.name, one.module.place(one.node)
                yield at_call if other is module else (one.node, one.name, other.place(call))


def may_be_called(
    project: Project, module: Module, call: ast.Call, kept: list[Kept]
) -> Kept | None:
    """Return the kept function that a call may call, directly or by passing it on, or ``None``."""
    function, single = call.func, [one for one in kept if one.name != old_names.ROOT]
    whole = (
        isinstance(function, ast.Attribute)
        and function.attr in old_names.FUNCTIONS
        and isinstance(function.value, ast.Name)
        and module.names.qualified(function) is None
    )
    value = _is_value(project, module, function, single)
    for one in kept:
        inside = one.module is module and call in module.names.chain(one.node)
        if inside or (whole if one.name == old_names.ROOT else value):
            return one
    return None


def _is_value(project: Project, module: Module, function: ast.expr, kept: list[Kept]) -> bool:
    """Return whether a call's function is a stored value, not one defined under its own name."""
    name = plain_name(function)
    if isinstance(function, ast.Name):
        bindings = module.names.bindings(function)
        imported = any(binding.target is not None for binding in bindings)
        return any(name in _stored(one.module) for one in kept) if imported else _is_data(bindings)
    if not isinstance(function, ast.Attribute):
        return True
    whole = module.names.qualified(function)
    if whole is not None and not project.files.named(whole.partition(".")[0], module.path):
        return False
    if any(name in _stored(one) for one in (module, *(each.module for each in kept))):
        return True
    # a call may have stored it under a name that is not defined here
    above = (one.module.names.parents.get(one.node) for one in kept)
    given = any(isinstance(one, ast.Call) and called(one) not in _WRAPPERS for one in above)
    return given and all(name not in one.bindings for one in module.names.scope_made_by.values())


@noted
def _stored(module: Module) -> set[str]:
    """Return the names and attributes that are assigned in a module."""
    values = {kept.node for kept in _in(module)}
    found = {
        node.attr for node in module.names.all(ast.Attribute) if isinstance(node.ctx, ast.Store)
    }
    found |= {
        node.arg for node in module.names.all(ast.keyword) if node.arg and node.value in values
    }
    scopes = [
        scope for scope in module.names.scope_made_by.values() if scope.kind in ("module", "class")
    ]
    return found | {
        name for scope in scopes for name, bindings in scope.bindings.items() if _is_data(bindings)
    }


def _is_data(bindings: list[Binding]) -> bool:
    defined = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return any(one.target is None and not isinstance(one.node, defined) for one in bindings)
