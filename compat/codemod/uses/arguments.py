"""Find what calls are given: by the callers of a function, as a dict, and of which kind."""

import ast
import re
from collections.abc import Iterable, Iterator

from compat.codemod.files.content import content
from compat.codemod.source import (
    Kind,
    Module,
    Place,
    called,
    given,
    is_dict_with,
    keyword,
    noted,
    plain_name,
    starred,
    string,
    value_kinds,
)
from compat.codemod.source.scopes import defaults
from compat.codemod.uses.project import Project

_OPEN_OR_PATH = re.compile(rb"BytesIO|open\(|Path\b|pathlib")

# Values


def kind(project: Project, module: Module, node: ast.expr) -> str:
    """Return an argument's kind; for a parameter, consider what the function's callers pass.

    So it is for an attribute that is set to a parameter.
    """
    own = value_kinds.of(module, node)
    if own in (value_kinds.FILE, value_kinds.PATHLIB):
        return own
    passing = _set_to if isinstance(node, ast.Attribute) else passed
    values = [*passing(project, module, node)] or [(module, node)]
    return value_kinds.strongest([own, *(_kind(project, *one) for one in values)])


def values_of(module: Module, node: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression may be, as far as it is written out: for a name, its values."""
    if isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    yield from filter(None, module.assigned(node))
    for binding in module.names.bindings(node):
        above = module.names.parents.get(binding.node)
        if isinstance(above, ast.arguments):
            yield from (value for one, value in defaults(above) if one is binding.node and value)


def _kind(project: Project, module: Module, node: ast.expr) -> str:
    """Return an expression's kind, also if a function of another module returns it."""
    found = [value_kinds.of(module, node)]
    values = module.assigned(node) if isinstance(node, ast.Name) else [node]
    names = {called(value) for value in values} - {""} if found == [value_kinds.UNKNOWN] else ()
    for name in sorted(names):
        for other in project.modules:
            if other is not module and name in other.text.text:
                found += value_kinds.returned(other, name)
        near = frozenset() if module.standalone else project.imports.reachable(module.path)
        defined = rf"\bdef[ \t]+{re.escape(name)}\b"
        for other in _quiet(project, near & project.quiet.all, defined, _OPEN_OR_PATH):
            found += value_kinds.returned(other, name)
    return value_kinds.strongest(found)


@noted
def _quiet(
    project: Project, paths: frozenset[str], pattern: str, *more: re.Pattern[bytes]
) -> list[Module]:
    """Return the files without torchaudio that match these patterns."""
    found = (project.parsed(path, re.compile(pattern.encode()), *more) for path in sorted(paths))
    return [one for one in found if one is not None]


def passed(project: Project, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr]]:
    """Yield what callers pass for the parameter that an expression is, or its default value."""
    for binding in module.names.bindings(node):
        arguments = module.names.parents[binding.node]
        if isinstance(binding.node, ast.arg) and isinstance(arguments, ast.arguments):
            function, name = module.names.parents[arguments], binding.node.arg
            names = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
            index = names.index(name) - _is_method(module, function) if name in names else None
            default = dict(defaults(arguments)).get(binding.node)
            for caller, call in callers(project, module, function, _OPEN_OR_PATH):
                if value := given(call, name, index) or (None if starred(call) else default):
                    yield caller, value
            return


def _set_to(project: Project, module: Module, node: ast.expr) -> Iterator[tuple[Module, ast.expr]]:
    """Yield what callers pass for the parameters to which an attribute of this name is set."""
    for target in module.stored(plain_name(node)):
        if value := getattr(module.names.parents[target], "value", None):
            yield from passed(project, module, value)


# Callers


def callers(
    project: Project, module: Module, function: ast.AST, *more: re.Pattern[bytes]
) -> list[tuple[Module, ast.Call]]:
    """Return the calls that have a function's name.

    For ``__init__`` that is its class's name, for a ``lambda`` the name that it is assigned to.

    Args:
        project: the project.
        module: the module of the function.
        function: the function.
        more: what files without torchaudio must match, so that fewer are parsed.
    """
    name = _called_as(module, function)
    if not name:
        return []
    own = [(one, call) for one in project.modules for call in _calls(one, name)]
    near = project.quiet.all
    if near and not _is_method(module, function):
        near &= project.imports.importers(module.path)
    pattern = rf"\b{re.escape(name)}[ \t]*\("
    quiet = [] if module.standalone or not near else _quiet(project, near, pattern, *more)
    return own + [(one, call) for one in quiet for call in _calls(one, name)]


def _called_as(module: Module, function: ast.AST) -> str:
    """Return the name by which a function is called, or nothing."""
    match module.names.parents.get(function), function:
        case ast.ClassDef(name), ast.FunctionDef("__init__"):
            return name
        case ast.Assign([target]), ast.Lambda():
            return plain_name(target)
    return getattr(function, "name", "")


def _calls(module: Module, name: str) -> list[ast.Call]:
    """Return the calls that have a name, in the order of the text."""
    named = [one for kind in (ast.Name, ast.Attribute) for one in module.names.named(kind, name)]
    found = filter(None, map(module.call_of, named))
    return sorted(found, key=lambda call: module.span(call)[0])


def _is_method(module: Module, function: ast.AST) -> bool:
    decorators = getattr(function, "decorator_list", ())
    static = any(plain_name(one) == "staticmethod" for one in decorators)
    return isinstance(module.names.parents[function], ast.ClassDef) and not static


# Dicts


def passed_in_dict(module: Module, project: Project, call: ast.Call, *names: str) -> str | None:
    """Return the first of these arguments that a call gets, or may get, through ``**arguments``."""
    spread = [one.value for one in call.keywords if one.arg is None]
    return next(
        (name for name in names if any(_holds(module, project, value, name) for value in spread)),
        None,
    )


def path_in_dict(module: Module, project: Project, call: ast.Call) -> bool:
    """Return whether a call may get ``filepath``, the old name of the path, by ``**arguments``."""
    if keyword(call, "filepath") is not None:
        return False
    only_there = not call.args and keyword(call, "uri") is None and starred(call)
    return passed_in_dict(module, project, call, "filepath") is not None or (
        only_there and passed_in_dict(module, project, call, "uri") is None
    )


def named_elsewhere(modules: Iterable[Module], name: str, *own: Kind) -> Place | None:
    """Return where a dict may get an argument of this name: in a string, or as a keyword.

    Args:
        modules: where to look.
        name: the argument.
        own: the old names whose calls are seen; their keywords do not count.
    """
    for module in modules:
        for node in _mentions(module, name, rf"\A{name}\Z", *own):
            return module.place(node)
    return None


def _holds(module: Module, project: Project, node: ast.expr, name: str) -> bool:
    if is_dict_with(module, node, name):
        return True
    if isinstance(node, ast.Dict):
        parts = [one for key, one in zip(node.keys, node.values, strict=True) if key is None]
        return any(_holds(module, project, one, name) for one in parts)
    word = re.compile(rf"\b{name}\b".encode())
    if module.names.qualified(node) is not None:  # it comes from another file
        others = project.imports.reachable(module.path) - {module.path}
        return any(word.search(content(path)) for path in others)
    if module.names.is_builtin(getattr(node, "func", node), "locals"):
        return any(one.arg == name for one in module.names.all(ast.arg))
    around: ast.AST = module.tree
    for binding in module.names.bindings(node):
        parent = module.names.parents.get(binding.node)
        if isinstance(parent, ast.arguments) and parent.kwarg is binding.node:
            around = module.names.parents[parent]  # what callers give is seen
            if any(_gives(*one, name) for one in callers(project, module, around, word)):
                return True
    fields = (one.target for one in module.names.all(ast.AnnAssign))
    named = (one for one in fields if plain_name(one) == name)
    mentions = _mentions(module, name, rf"\b{name}\b", *Kind)
    return any(module.inside(one, around) for one in (*named, *mentions))


def _gives(module: Module, call: ast.Call, name: str) -> bool:
    """Return whether a call has an argument of this name, also in a dict that is written out."""
    spread = [one.value for one in call.keywords if one.arg is None]
    values = (value for one in spread for value in (one, *values_of(module, one)))
    in_dict = any(is_dict_with(module, value, name) for value in values)
    return in_dict or keyword(call, name) is not None


def _mentions(module: Module, name: str, text: str, *own: Kind) -> Iterator[ast.AST]:
    """Yield keywords of a name in calls of other functions, and strings that match a pattern."""
    seen = {use.call for use in module.of(*own)}
    given = module.names.named(ast.keyword, name)
    yield from (node for node in given if module.names.parents[node] not in seen)
    named = (one for one in module.names.all(ast.Constant) if re.search(text, string(one)))
    yield from (one for one in named if not module.is_docstring(one))
