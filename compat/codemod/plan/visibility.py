"""What must be so for every call of torchaudio to be seen: where one may be hidden, no setter can be settled."""

import ast
import re

from compat.codemod.plan.part import Part
from compat.codemod.plan.restore_pairs import restores
from compat.codemod.source import Kind, Module, NotProvableError, Place, Use, called, is_test, literal, old_names, plain_name
from compat.codemod.uses import reexports

_NAMESPACES = re.compile(r"modules|\bmods?\b|\b(?:globals|locals|vars)\(|__dict__|namespace", re.I)
_SETTERS = ("set_audio_backend", "backend")
_LOOKS = ("hasattr", "delattr", "print", "reload", "version", "bool")
_ASKED = ast.Compare | ast.If | ast.IfExp | ast.UnaryOp | ast.BoolOp | ast.Assert | ast.Expr | ast.Delete | ast.While
_UNSEEN = "so not every call is seen"


def all_is_seen(part: Part) -> None:
    """Raise where not every call is seen, or the getter is asked; the first reason is the same for all setters."""
    why = part.note("doubt", lambda: _first_doubt(part))
    if why is not None:
        raise NotProvableError(*why.args)


def _first_doubt(part: Part) -> NotProvableError | None:
    try:
        nobody_asks(part)
        for module in part.modules:
            _seen(module)
        paths = {module.path for module in part.modules}
        unread = [place for place in part.project.unread if place.cell is None or place.path in paths]
        if unread and not part.modules[0].standalone:
            return NotProvableError("code that may load is not read as Python", unread[:3])
        for module in part.modules:
            if part.project.target == "2.1":
                _no_variable(module)
            _no_other_name(part, module)
    except NotProvableError as why:
        return why
    return None


def nobody_asks(part: Part) -> None:
    """Raise where the getter is used, but to keep what is put back later."""
    for module in part.modules:
        known = {restore.getter for restore in restores(module)}
        for use in module.of(Kind.GETTER):
            if use not in known:
                raise NotProvableError(
                    "get_audio_backend is used", [module.place(use.node)], "Decide what the code that asks for it should do."
                )


def _no_other_name(part: Part, module: Module) -> None:
    """Raise where torchaudio, or a function of it, goes from one file to another under a name that is not looked for."""
    for imported in module.imported:
        known = old_names.KNOWN.get(imported.path)
        passed = imported.path == old_names.ROOT or (known is not None and known.kind in (Kind.FUNCTION, Kind.SETTER))
        if passed and imported.local != old_names.ROOT and imported.scope is module.names.module:
            others = part.project.imports.who_imports(module.path, imported.local)
            if others:
                raise NotProvableError(
                    f"{imported.local} is imported from {module.path} elsewhere, {_UNSEEN}", [Place(others[0], 1, 1, 1, 1)]
                )
    for reached in reexports.of(part.project, module):
        if reached.known.kind in (Kind.FUNCTION, Kind.SETTER, Kind.GETTER):
            raise NotProvableError(f"torchaudio is reached by way of {reached.through}, {_UNSEEN}", [module.place(reached.node)])


def _no_variable(module: Module) -> None:
    named = [node for node in module.names.all(ast.keyword) if node.arg == old_names.VARIABLE]
    for mention in (*(string for string in module.strings if old_names.VARIABLE in str(string.value)), *named):
        raise NotProvableError(f"{old_names.VARIABLE} is used, and may turn the dispatcher off", [module.place(mention)])


def _seen(module: Module) -> None:
    """Raise unless every call of torchaudio's in a module is seen, for all that this module shows."""
    for use in module.uses:
        if use.path == old_names.ROOT and _escapes(module, use):
            raise NotProvableError(f"the module torchaudio is passed on or bound to another name, {_UNSEEN}", [module.place(use.node)])
    if module.ambiguous:
        raise NotProvableError("a name is torchaudio in one place and something else in another", [module.place(module.ambiguous[0])])
    for imported in module.imported:
        if imported.alias.name == "*":
            raise NotProvableError(f"everything is imported from torchaudio, {_UNSEEN}", [module.place(imported.statement)])
    hidden = next((use for use in module.hidden if use.kind in (Kind.FUNCTION, Kind.SETTER, Kind.GETTER)), None)
    if hidden is not None:
        place = module.place(module.statement_of(hidden.node))
        raise NotProvableError("torchaudio is used in an f-string, where nothing is changed", [place])
    for string in module.strings:
        if string.value == old_names.ROOT and not is_test(module.path) and _is_looked_up(module, string):
            raise NotProvableError(f"torchaudio is looked up by a string, {_UNSEEN}", [module.place(string)])
    for node in module.names.all(ast.Attribute):
        if node.attr in old_names.FUNCTIONS and _through_another(module, node):
            raise NotProvableError(f"torchaudio is reached through another module, {_UNSEEN}", [module.place(node)])


def _escapes(module: Module, use: Use) -> bool:
    """Tell whether the bare module is used in a way after which calls through it are no longer seen."""
    above = module.names.parents.get(use.node)
    if isinstance(above, _ASKED):
        return False
    if not isinstance(above, ast.Call) or above.func is use.node:
        return not isinstance(above, ast.Attribute)
    name, second = called(above), above.args[1] if len(above.args) > 1 else None
    if name == "getattr" and isinstance(second, ast.Constant) and second.value in _SETTERS:
        outer = module.names.parents.get(above)
        return isinstance(outer, ast.Assign) or (isinstance(outer, ast.Call) and outer.func is above)
    asked = literal(second)
    replaced = name in ("setattr", "object") and asked is not ...  # the engine knows of it
    return not (name in _LOOKS or replaced or (name == "getattr" and asked is not ... and asked not in old_names.FUNCTIONS))


def _through_another(module: Module, node: ast.Attribute) -> bool:
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
