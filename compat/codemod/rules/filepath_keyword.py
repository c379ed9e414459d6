"""``filepath=`` of load, save and info (patterns, row 10)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from compat.codemod import common
from compat.codemod.changes import RenameKeyword
from compat.codemod.findings import Draft, Level
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import MODERN, Rule


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Each call that gives it by that name; a report where the name stands in a dict or a partial."""
    reason = "the first parameter is called uri= from 2.1 on; filepath= is a TypeError"
    for use, call in common.calls(module, "load", "save", "info"):
        keyword = common.keyword(call, "filepath")
        if keyword is None:
            if any(_holds_it(module, one.value) for one in call.keywords if one.arg is None):
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
    for use in module.of("function"):
        above = module.names.parents.get(use.node)
        if isinstance(above, ast.Call) and above.func is not use.node and common.keyword(above, "filepath") is not None:
            yield Draft(module.span(above), f"{reason}; here it is passed on", "Rename it to uri, and what may override it.")


def _holds_it(module: Module, node: ast.expr) -> bool:
    values = [node]
    if isinstance(node, ast.Name):
        for binding in module.names.bindings(node):
            parent = module.names.parents.get(binding.node)
            if isinstance(parent, ast.Assign | ast.AnnAssign) and parent.value is not None:
                values.append(parent.value)
    for value in values:
        if isinstance(value, ast.Dict) and any(common.literal(key) == "filepath" for key in value.keys):
            return True
        if isinstance(value, ast.Call) and module.names.is_builtin(value.func, "dict") and common.keyword(value, "filepath"):
            return True
    return False


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
