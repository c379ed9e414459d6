"""What several rules need: doubts about fakes, the name ``compat`` in a file, and walking the old names."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod import api
from compat.codemod.changes import AddStatement, Change
from compat.codemod.findings import Draft
from compat.codemod.module import Module, Use
from compat.codemod.project import Project

_TOGETHER = "Change the call and the fake together; or change the fake by hand, and run again with --exclude for its file or folder."


def literal(node: ast.AST | None) -> object:
    """The value of a constant, a signed number included; ``...`` where it is not one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        return -value if isinstance(value, int | float) else ...
    return node.value if isinstance(node, ast.Constant) else ...


def keyword(call: ast.Call, name: str) -> ast.keyword | None:
    """A keyword argument by name."""
    return next((one for one in call.keywords if one.arg == name), None)


def starred(call: ast.Call) -> bool:
    """Whether some arguments are passed as ``*args`` or ``**kwargs``, so that not all are seen."""
    return any(isinstance(one, ast.Starred) for one in call.args) or any(one.arg is None for one in call.keywords)


def calls(module: Module, *names: str) -> Iterator[tuple[Use, ast.Call]]:
    """The calls of torchaudio's own ``load``, ``save`` or ``info``, however imported."""
    for use in module.of("function"):
        if use.call is not None and use.name in names:
            yield use, use.call


def faked(module: Module, project: Project, use: Use, reason: str) -> Draft | None:
    """A report instead of a change, where a fake would receive the changed arguments."""
    fakes = project.fakes_of(use.name)
    if isinstance(use.node, ast.Name):
        fakes = [*fakes, *project.fakes_where_imported(module, use.root.id)]
    if not fakes:
        return None
    reason = f"{reason}; not changed, because torchaudio.{use.name} {fakes[0].how} elsewhere and the fake would receive it"
    return Draft(
        module.span(use.node),
        reason,
        _TOGETHER,
        related=tuple(fake.place for fake in fakes[:3]),
    )


def legacy_mode(project: Project) -> bool:
    """Whether the project may run 2.1 with the dispatcher off, where the old names of arguments are the right ones."""
    return project.target == "2.1" and any(
        node.value == api.VARIABLE and _sets_other_than_one(module, node) for module in project.modules for node in module.strings
    )


def _sets_other_than_one(module: Module, node: ast.Constant) -> bool:
    statement = module.statement_of(node)
    return not any(isinstance(one, ast.Constant) and one.value == "1" for one in ast.walk(statement))


def our_name(module: Module, project: Project, use: Use | None = None) -> tuple[str, tuple[Change, ...]] | str:
    """What this package is called in a module, and the changes that bind it; a text saying why it cannot be, instead.

    It is imported behind the first import of torchaudio at the top; where there is none, behind those in a function that a use means.
    """
    if "compat" in project.own_names:
        return "the project has a module of its own called `compat`, which would be imported instead of this package"
    for name, found in module.names.module.bindings.items():
        if {binding.target for binding in found} == {"compat"} and all(isinstance(binding.node, ast.Import) for binding in found):
            return name, ()
    anchor = module.anchor(optional=True)
    anchors: list[ast.stmt] = [anchor] if anchor else []
    if not anchors and use is not None:
        anchors = [one.node for one in module.names.bindings(use.root) if isinstance(one.node, ast.Import | ast.ImportFrom)]
    if not anchors:
        return "torchaudio is not imported at the top of this module"
    taken = _taken(module)
    for name, statement in (("compat", "import compat"), ("torchaudio_compat", "import compat as torchaudio_compat")):
        if name not in taken:
            return name, tuple(AddStatement(one, statement) for one in anchors if not _follows(module, one, statement))
    return "both `compat` and `torchaudio_compat` are taken here"


def _taken(module: Module) -> set[str]:
    """The names that a module uses or binds, but for this package."""
    names = module.names
    taken = {
        node.id
        for node in names.scope_of
        if isinstance(node, ast.Name) and {binding.target for binding in names.bindings(node)} != {"compat"}
    }
    for scope in names.scope_made_by.values():
        taken |= {name for name, bindings in scope.bindings.items() if {binding.target for binding in bindings} != {"compat"}}
    return taken


def _follows(module: Module, anchor: ast.stmt, statement: str) -> bool:
    """Whether a statement stands right behind another already."""
    block = module.siblings(anchor)
    return any(module.segment(one) == statement for one in block[block.index(anchor) + 1 :][:1])


def passed_in_dict(module: Module, project: Project, call: ast.Call, *names: str) -> str | None:
    """The first of some arguments that a call is given in ``**arguments``, as far as the module and the callers around it show."""
    spread = [one.value for one in call.keywords if one.arg is None]
    return next((name for name in names if any(_holds(module, project, value, name) for value in spread)), None)


def _holds(module: Module, project: Project, node: ast.expr, name: str) -> bool:
    if is_dict_with(module, node, name):
        return True
    if isinstance(node, ast.Name):
        for binding in module.names.bindings(node):
            parent = module.names.parents.get(binding.node)
            if isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is not None and is_dict_with(module, parent.value, name):
                return True
            arguments = parent if isinstance(parent, ast.arguments) else None
            if arguments is not None and arguments.kwarg is binding.node:
                function = module.names.parents[arguments]
                if any(keyword(call, name) for _, call in project.callers(module, function)):
                    return True
    owner = ast.unparse(node)
    for item in module.names.all(ast.Subscript):
        if isinstance(item.ctx, ast.Store) and literal(item.slice) == name and ast.unparse(item.value) == owner:
            return True
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("update", "setdefault") and ast.unparse(call.func.value) == owner:
            given = bool(call.args) and (is_dict_with(module, call.args[0], name) or literal(call.args[0]) == name)
            if given or keyword(call, name):
                return True
    return False


def is_dict_with(module: Module, value: ast.expr, name: str) -> bool:
    """Whether an expression is a dict that is written out with a key."""
    if isinstance(value, ast.Dict):
        return any(literal(key) == name for key in value.keys)
    return isinstance(value, ast.Call) and module.names.is_builtin(value.func, "dict") and keyword(value, name) is not None


def in_import_ladder(module: Module, statement: ast.stmt) -> bool:
    """Whether an import stands in a ``try`` that goes on to something else when it fails."""
    return any(isinstance(above, ast.Try) and above.handlers for above in module.names.chain(statement))
