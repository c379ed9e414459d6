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
_DELETE = "Find out what it is for, and delete it."


def check(module: Module, project: Project) -> Iterator[Draft]:
    """Delete an assignment of "1" before torchaudio is imported; report every other mention."""
    for keyword in module.names.named(ast.keyword, old_names.VARIABLE):
        yield Draft(module.span(keyword), _REASON, _DELETE)
    for node in module.telling:
        if node.value == old_names.VARIABLE:
            yield _draft(module, node)
        elif old_names.VARIABLE in str(node.value) and not module.is_docstring(node):
            yield Draft(module.span(node), f"{_REASON}; a string mentions it", _DELETE)


def _draft(module: Module, node: ast.Constant) -> Draft:
    statement = module.statement_of(node)
    span, value = module.span(statement), _assigned(module, statement, node)
    imports = [one.statement for one in module.imported if one.scope is module.names.module]
    if value is None:
        return Draft(module.span(node), _REASON, _DELETE)
    if value != "1":
        reason = f"{_REASON}; {value!r} asked for the global backend, which is gone"
        return Draft(span, reason, "Name backends in the calls.")
    if any(module.span(one) < span for one in imports):
        reason = f"{_REASON}, and here it was set after the import, so it had no effect"
        return Draft(span, reason, "Delete it.")
    return Draft(span, _REASON, changes=(Remove(statement),), touches=NO_FUNCTION)


def _assigned(module: Module, statement: ast.stmt, node: ast.Constant) -> str | None:
    """Return the value that a statement sets the variable to, if it does nothing else."""
    match statement:
        case ast.Assign(targets=[ast.Subscript(value=where, slice=key)], value=value):
            sets = module.names.qualified(where) == "os.environ"
        case ast.Expr(value=ast.Call(func=function, args=[key, value])):
            sets = module.names.qualified(function) in ("os.environ.setdefault", "os.putenv")
        case _:
            return None
    found = literal(value)
    return found if sets and key is node and isinstance(found, str) else None


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
