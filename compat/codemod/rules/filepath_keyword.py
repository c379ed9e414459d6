"""``filepath=`` of load, save and info (patterns, row 10)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod import common
from compat.codemod.changes import RenameKeyword
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module, Use
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule

_OLD = "filepath"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Each call that gives it by that name; a report where the name stands in a dict or a partial."""
    reason = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"
    for use, call in common.calls(module, "load", "save", "info"):
        keyword = common.keyword(call, "filepath")
        if keyword is None:
            if _passed_as_dict(module, project, call):
                yield Draft(
                    module.span(call), f"{reason}; here it is a key of a dict", "Rename the key to uri, if the dict goes nowhere else."
                )
        elif common.keyword(call, "uri") is not None or call.args:
            yield Draft(module.span(call), reason, "The call gives the file twice; keep one.")
        elif common.legacy_mode(project):
            yield Draft(module.span(call), f"{reason}, unless the dispatcher is off, as it may be here", "Turn it on first.")
        else:
            fake = common.faked(module, project, use, reason)
            yield fake or Draft(module.span(keyword), reason, changes=(RenameKeyword(call, keyword, "uri"),))
    for use in module.of("function", "of a backend"):
        if use.call is None and not use.stored:
            for call, how in _later_calls(module, use):
                yield Draft(module.span(call), f"{reason}; {how}", "Rename it to uri, and what may override it.")
        elif use.kind == "of a backend" and use.call and _passed_as_dict(module, project, use.call):
            yield Draft(
                module.span(use.call), f"{reason}; here it is a key of a dict", "Rename the key to uri, if the dict goes nowhere else."
            )


def _passed_as_dict(module: Module, project: Project, call: ast.Call) -> bool:
    """Whether it is given in ``**arguments``, as far as the module and the callers of the function around it show."""
    return any(_holds_it(module, project, one.value) for one in call.keywords if one.arg is None)


def _holds_it(module: Module, project: Project, node: ast.expr) -> bool:
    if _is_dict_with_it(module, node):
        return True
    if isinstance(node, ast.Name):
        for binding in module.names.bindings(node):
            parent = module.names.parents.get(binding.node)
            if isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is not None and _is_dict_with_it(module, parent.value):
                return True
            arguments = parent if isinstance(parent, ast.arguments) else None
            if arguments is not None and arguments.kwarg is binding.node:
                function = module.names.parents[arguments]
                if any(common.keyword(call, _OLD) for _, call in project.callers(module, function)):
                    return True
    owner = ast.unparse(node)
    for item in module.names.all(ast.Subscript):
        if isinstance(item.ctx, ast.Store) and common.literal(item.slice) == _OLD and ast.unparse(item.value) == owner:
            return True
    for call in module.calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("update", "setdefault") and ast.unparse(call.func.value) == owner:
            given = bool(call.args) and (_is_dict_with_it(module, call.args[0]) or common.literal(call.args[0]) == _OLD)
            if given or common.keyword(call, _OLD):
                return True
    return False


def _is_dict_with_it(module: Module, value: ast.expr) -> bool:
    if isinstance(value, ast.Dict):
        return any(common.literal(key) == _OLD for key in value.keys)
    return isinstance(value, ast.Call) and module.names.is_builtin(value.func, "dict") and common.keyword(value, _OLD) is not None


def _later_calls(module: Module, use: Use) -> Iterator[tuple[ast.Call, str]]:
    """The calls that give ``filepath=`` to a function that is passed on or kept under another name."""
    below: ast.AST = use.node
    for above in module.names.chain(use.node):
        if isinstance(above, ast.Call) and below is not above.func:
            if common.keyword(above, _OLD):
                yield above, "here it is passed on"
        elif isinstance(above, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            targets = above.targets if isinstance(above, ast.Assign) else [above.target]
            names = {one.id if isinstance(one, ast.Name) else one.attr for one in targets if isinstance(one, ast.Name | ast.Attribute)}
            for call in module.calls:
                function = call.func.value if isinstance(call.func, ast.Subscript) else call.func
                name = function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
                if name in names and common.keyword(call, _OLD):
                    yield call, f"{name} is torchaudio.{use.name} here, or may be"
            return
        elif not isinstance(above, ast.IfExp | ast.BoolOp | ast.Dict | ast.List | ast.Tuple | ast.keyword):
            return
        below = above


RULE = Rule(
    id="TAC110",
    title="Rename filepath= to uri=",
    level=Level.SAFE,
    targets=MODERN,
    before="""\
import torchaudio


def read(path):
    return torchaudio.load(filepath=path, num_frames=16000)
""",
    after="""\
import torchaudio


def read(path):
    return torchaudio.load(uri=path, num_frames=16000)
""",
    explanation="""\
The per-call functions call their first parameter uri. A program that swallows errors in a loop (`while True: try: load(
filepath=...) except Exception: continue`) would otherwise never end. Where a test replaces the function, what takes its
place would receive another name, so the call is only reported.
""",
    check=check,
)
