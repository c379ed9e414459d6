"""What must be so for a setter to go: nothing around it minds its failure, and nothing is worked out in it."""

import ast
import re

from compat.codemod.source import NotProvableError, conditions
from compat.codemod.uses import SetterCall, setter_calls

_MINDS = re.compile(r"raises|warns|deprecated|suppress|expected", re.I)


def not_caught(setter: SetterCall) -> None:
    """Raise where a handler minds that the setter fails: a call fails with another error."""
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
                    raise NotProvableError("it may fail, and something else is done then", [module.place(handler)])


def is_plain(setter: SetterCall, *, evidence: bool) -> None:
    """Raise where the value of the setter is used, it is set under a condition, or what is set is worked out by a call."""
    if setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    if setter.where == "branch" or (evidence and setter.where == "platform"):
        raise NotProvableError("it is set under a condition")
    value = setter_calls.argument(setter.call)
    works = (ast.Call, ast.Await, ast.Yield, ast.NamedExpr)
    if setter.name is None and (value is None or any(isinstance(one, works) for one in ast.walk(value))):
        raise NotProvableError("what is set is worked out by a call, which would go with it")
