"""Find uses of torchaudio that the text hides, by which a program may set or use a backend."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from compat.codemod.source import Kind, Module, NotProvableError, Use, called, is_test, literal, old_names, plain_name
from compat.codemod.uses import Project, reexports

_NAMESPACES = re.compile(r"modules|\bmods?\b|\b(?:globals|locals|vars)\(|__dict__|namespace", re.I)
_SETTERS = ("set_audio_backend", "backend")
_LOOKS = ("hasattr", "delattr", "print", "reload", "version", "bool")
_ASKED = ast.Compare | ast.If | ast.IfExp | ast.UnaryOp | ast.BoolOp | ast.Assert | ast.Expr | ast.Delete | ast.While
_CODE = re.compile(r"\btorchaudio\.(?:load|save|info)\(")
_RUN_HERE = ("eval", "exec", "repeat", "run_cell", "run_cell_magic", "run_line_magic", "timeit", "Timer")
AMBIGUOUS = "a name is torchaudio in one place and something else in another"
# what uses the backend in force
_USES = (*old_names.FUNCTIONS, "get_audio_backend")
IN_FSTRING = "torchaudio is used in an f-string that cannot be changed"
_UNSEEN = "so not every call is seen"


def doubt(project: Project, module: Module) -> NotProvableError | None:
    """Return why some calls of torchaudio are hidden once a module has run, or ``None``."""
    unread = [place for place in project.unread if place.cell is None or place.path == module.path]
    if unread and not module.standalone:
        return NotProvableError("code that may load is not read as Python", unread[:3])
    try:
        _seen(module)
        _no_setter_of_others(project, module)
        if project.target == "2.1":
            _no_variable(module)
    except NotProvableError as why:
        return why
    return None


def reached(project: Project, module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Yield the functions and getters that a module reaches through another, with a reason."""
    seen = set()
    for one in reexports.of(project, module):
        if one.known.kind in (Kind.FUNCTION, Kind.GETTER):
            seen.add(one.node)
            yield one.node, f"torchaudio is reached by way of {one.through}"
    for node in module.names.all(ast.Attribute):
        if node not in seen and node.attr in old_names.FUNCTIONS and _is_of_another(module, node):
            yield node, "torchaudio is reached through another module"


def _no_setter_of_others(project: Project, module: Module) -> None:
    """Raise if a module sets a backend through another module."""
    for one in reexports.of(project, module):
        if one.known.kind == Kind.SETTER:
            raise NotProvableError(f"torchaudio is reached by way of {one.through}, {_UNSEEN}", [module.place(one.node)])
    for node in module.names.all(ast.Attribute):
        if node.attr == "set_audio_backend" and _is_of_another(module, node):
            raise NotProvableError(f"torchaudio is reached through another module, {_UNSEEN}", [module.place(node)])


def _no_variable(module: Module) -> None:
    """Raise if a module mentions the variable that turns the dispatcher on or off."""
    named = [node for node in module.names.all(ast.keyword) if node.arg == old_names.VARIABLE]
    for mention in (*(string for string in module.strings if old_names.VARIABLE in str(string.value)), *named):
        raise NotProvableError(f"{old_names.VARIABLE} is used, and may turn the dispatcher off", [module.place(mention)])


def _seen(module: Module) -> None:
    """Raise unless all calls of torchaudio in a module are visible."""
    for use in module.uses:
        if use.path == old_names.ROOT and _escapes(module, use):
            raise NotProvableError(f"the module torchaudio is passed on or bound to another name, {_UNSEEN}", [module.place(use.node)])
    for node, name in module.ambiguous:
        if name not in _USES:
            raise NotProvableError(AMBIGUOUS, [module.place(node)])
    for imported in module.imported:
        if imported.alias.name == "*":
            raise NotProvableError(f"everything is imported from torchaudio, {_UNSEEN}", [module.place(imported.statement)])
    for use in module.hidden:
        if use.kind == Kind.SETTER:
            place = module.place(module.statement_of(use.node))
            raise NotProvableError(IN_FSTRING, [place])
    for use in module.of(Kind.SETTER):
        if use.call is None and not use.stored:
            raise NotProvableError("the setter is passed on as a value, so it is unknown what it will set", [module.place(use.node)])
    for string in module.strings:
        if string.value == old_names.ROOT and not is_test(module.path) and _is_looked_up(module, string):
            raise NotProvableError(f"torchaudio is looked up by a string, {_UNSEEN}", [module.place(string)])
        if _CODE.search(str(string.value)) and called(module.names.parents.get(string)) in _RUN_HERE:
            raise NotProvableError(f"torchaudio is called by code in a string, {_UNSEEN}", [module.place(string)])


def _escapes(module: Module, use: Use) -> bool:
    """Return whether the bare module is used so that later calls through it are hidden."""
    above = module.names.parents.get(use.node)
    if isinstance(above, _ASKED):
        return False
    if not isinstance(above, ast.Call) or above.func is use.node:
        return not isinstance(above, ast.Attribute)
    name, second = called(above), above.args[1] if len(above.args) > 1 else None
    if name == "getattr" and isinstance(second, ast.Constant) and second.value in _SETTERS:
        return isinstance(module.names.parents.get(above), ast.Assign) or module.call_of(above) is not None
    asked = literal(second)
    replaced = name in ("setattr", "object") and asked is not ...  # the engine knows about this
    return not (name in _LOOKS or replaced or (name == "getattr" and asked is not ... and asked not in old_names.FUNCTIONS))


def _is_of_another(module: Module, node: ast.Attribute) -> bool:
    """Return whether torchaudio may be reached through another module's name or a star import."""
    owner = node.value
    if isinstance(owner, ast.Attribute):
        return owner.attr == old_names.ROOT
    if not isinstance(owner, ast.Name) or owner.id != old_names.ROOT:
        return False
    return not module.names.bindings(owner) or (module.names.qualified(owner) or "").endswith(f".{old_names.ROOT}")


def _is_looked_up(module: Module, node: ast.Constant) -> bool:
    above = module.names.parents.get(node)
    if isinstance(above, ast.Subscript):
        return _NAMESPACES.search(ast.unparse(above.value)) is not None
    callee = above.func if isinstance(above, ast.Call) else None
    if plain_name(callee) == "get":
        return isinstance(callee, ast.Attribute) and _NAMESPACES.search(ast.unparse(callee.value)) is not None
    return "import" in plain_name(callee)
