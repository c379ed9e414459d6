"""Check whether a setter itself can be removed: no code reacts to its failure or uses its value."""

from __future__ import annotations

import ast
import re

from compat.codemod.plan import naming, unreadable
from compat.codemod.plan.part import Part
from compat.codemod.source import NotProvableError, conditions
from compat.codemod.uses import SetterCall, setter_calls

_MINDS = re.compile(r"raises|warns|deprecated|suppress|expected", re.I)
_WORKS = (ast.Call, ast.Await, ast.Yield, ast.NamedExpr)


def may_go(part: Part, setter: SetterCall) -> None:
    """Raise if a setter must stay whatever its calls name."""
    if setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    if setter.where == "guarded":
        raise NotProvableError("it is set under a condition")
    if naming.is_unread(part, setter):
        unreadable.settle(part, setter)
    value = setter_calls.argument(setter.call)
    if setter.name is None and (value is None or any(isinstance(one, _WORKS) for one in ast.walk(value))):
        raise NotProvableError("a call computes the name, and would be deleted with the setter")
    if setter.where != "try":
        not_caught(setter)


def what_goes(setter: SetterCall) -> ast.stmt:
    """Return the statement to remove with a setter."""
    return setter.statement if setter.where in ("guarded", "platform") else setter.region


def not_caught(setter: SetterCall) -> None:
    """Raise if a handler reacts to the setter's failure; a call fails with another error."""
    module = setter.module
    for above in module.names.chain(setter.statement):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(above, ast.With | ast.AsyncWith) and any(_MINDS.search(ast.unparse(item.context_expr)) for item in above.items):
            place = module.place(above.items[0].context_expr)
            raise NotProvableError("the surrounding code expects its error or warning", [place])
        if isinstance(above, ast.Try) and any(module.inside(setter.statement, one) for one in above.body):
            for handler in above.handlers:
                if not conditions.catches_import_errors_only(handler):
                    raise NotProvableError("if it fails, the program does something else", [module.place(handler)])
