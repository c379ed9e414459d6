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


def our_name(module: Module, project: Project) -> tuple[str, tuple[Change, ...]] | str:
    """What this package is called in a module, and the changes that bind it; a text saying why it cannot be, instead.

    It is imported behind the first import of torchaudio, in the module's scope.
    """
    if "compat" in project.own_names:
        return "the project has a module of its own called `compat`, which would be imported instead of this package"
    bindings = module.names.module.bindings
    for name, found in bindings.items():
        if {binding.target for binding in found} == {"compat"} and all(isinstance(binding.node, ast.Import) for binding in found):
            return name, ()
    anchor = module.anchor(optional=True)
    if anchor is None:
        return "torchaudio is not imported at the top of this module"
    taken = {node.id for node in module.names.scope_of if isinstance(node, ast.Name)} | set(bindings)
    taken |= {name for scope in module.names.scope_made_by.values() for name in scope.bindings}
    if "compat" not in taken:
        return "compat", (AddStatement(anchor, "import compat"),)
    if "torchaudio_compat" not in taken:
        return "torchaudio_compat", (AddStatement(anchor, "import compat as torchaudio_compat"),)
    return "both `compat` and `torchaudio_compat` are taken here"


def in_import_ladder(module: Module, statement: ast.stmt) -> bool:
    """Whether an import stands in a ``try`` that goes on to something else when it fails."""
    return any(isinstance(above, ast.Try) and above.handlers for above in module.names.chain(statement))
