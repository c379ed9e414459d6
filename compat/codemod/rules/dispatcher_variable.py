"""Delete or report ``TORCHAUDIO_USE_BACKEND_DISPATCHER`` set in Python."""

import ast
from collections.abc import Iterator

from compat.codemod.rule import (
    NO_FUNCTION,
    NO_LEFTOVERS,
    Draft,
    Level,
    Module,
    Project,
    Remove,
    Rule,
    Valid,
    literal,
    old_names,
)

_REASON = f"{old_names.VARIABLE} is not read from 2.2 on"


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Delete an assignment of "1" before torchaudio is imported; report every other mention."""
    for keyword in module.names.all(ast.keyword):
        if keyword.arg == old_names.VARIABLE:
            yield Draft(module.span(keyword), _REASON, "Find out what it is for, and delete it.")
    for node in module.strings:
        if node.value != old_names.VARIABLE:
            if old_names.VARIABLE in str(node.value) and not module.is_docstring(node):
                yield Draft(
                    module.span(node),
                    f"{_REASON}; a string mentions it",
                    "Find out what it is for, and delete it.",
                )
            continue
        statement = module.statement_of(node)
        value = _assigned(module, statement, node)
        imports = [one.statement for one in module.imported if one.scope is module.names.module]
        early = all(module.span(one)[0] >= module.span(statement)[0] for one in imports)
        if value == "1" and early:
            yield Draft(
                module.span(statement), _REASON, changes=(Remove(statement),), touches=NO_FUNCTION
            )
        elif value == "1":
            yield Draft(
                module.span(statement),
                f"{_REASON}, and here it was set after the import, so it had no effect",
                "Delete it.",
            )
        elif value is not None:
            yield Draft(
                module.span(statement),
                f"{_REASON}; {value!r} asked for the global backend, which is gone",
                "Name backends in the calls.",
            )
        else:
            yield Draft(module.span(node), _REASON, "Find out what it is for, and delete it.")


def _assigned(module: Module, statement: ast.stmt, node: ast.Constant) -> str | None:
    """Return the value that a statement sets the variable to, if it does nothing else."""
    value = None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if (
            isinstance(target, ast.Subscript)
            and target.slice is node
            and module.names.qualified(target.value) == "os.environ"
        ):
            value = statement.value
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        named = module.names.qualified(call.func) in ("os.environ.setdefault", "os.putenv")
        if named and len(call.args) == 2 and call.args[0] is node:
            value = call.args[1]
    found = literal(value)
    return found if isinstance(found, str) else None


RULE = Rule(
    id="TAC119",
    title="Delete the variable that turned the dispatcher on",
    level=Level.SAFE,
    targets=NO_LEFTOVERS,
    before="""\
import os

os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "1"

import torchaudio
""",
    after="""\
import os

import torchaudio
""",
    valid=(
        Valid(
            '"0" asked for the global backend',
            """\
import os

os.environ["TORCHAUDIO_USE_BACKEND_DISPATCHER"] = "0"

import torchaudio
""",
            reported=True,
        ),
    ),
    explanation="""\
In 2.0 the value "1" turned the dispatcher on. In 2.1 any other value turned it off. 2.2 and later
do not read the variable. The rule reports two cases: if the value is "0", the program wants the
global backend; if it is set after the import, it never had an effect.
""",
    check=check,
)
