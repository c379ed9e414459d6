"""Check whether a setter itself can be removed: no code reacts to its failure or uses its value."""

import ast
import dataclasses
import re

from compat.codemod.plan import naming
from compat.codemod.plan.part import Part, unreadable
from compat.codemod.plan.restore_pairs import Restore
from compat.codemod.rewrite import Change, Remove, Replace
from compat.codemod.source import NotProvableError, conditions
from compat.codemod.uses import SetterCall, setter_calls

_MINDS = re.compile(r"raises|warns|deprecated|suppress|expected", re.I)
_WORKS = (ast.Call, ast.Await, ast.Yield, ast.NamedExpr)


@dataclasses.dataclass(eq=False)
class Unit:
    """What goes together or stays together.

    It is one setter, the arms of a choice, or a setter with the one that restores.
    """

    setters: list[SetterCall]
    restore: Restore | None = None


def may_go(part: Part, setter: SetterCall, *, never_failed: bool, governs_named: bool) -> None:
    """Raise if a setter must stay whatever its calls name.

    Args:
        part: the modules that run together.
        setter: the setter.
        never_failed: whether a trace has it, and each time without an error.
        governs_named: whether a trace shows that each call under it names its backend.
    """
    if setter.where == "value" and not governs_named:
        raise NotProvableError("the value of the setter is used")
    if setter.where == "guarded" and not (governs_named and _is_whole_guard(setter)):
        raise NotProvableError("it is set under a condition")
    if naming.is_unread(part, setter) and not (governs_named and setter.name is None):
        raise unreadable(part, setter)
    value = setter_calls.argument(setter.call)
    if setter.name is None and (
        value is None or any(isinstance(one, _WORKS) for one in ast.walk(value))
    ):
        raise NotProvableError("a call computes the name, and would be deleted with the setter")
    if setter.where != "try" and not never_failed:
        not_caught(setter)


def what_goes(setter: SetterCall) -> ast.stmt:
    """Return the statement to remove with a setter."""
    if setter.where == "guarded":
        return setter.region if _is_whole_guard(setter) else setter.statement
    return setter.statement if setter.where == "platform" else setter.region


def change(setter: SetterCall) -> Change:
    """Return the change that removes a setter; where its value is used, that is ``None``."""
    if setter.where == "value":
        return Replace(*setter.module.span(setter.call), "None")
    return Remove(what_goes(setter))


def _is_whole_guard(setter: SetterCall) -> bool:
    """Return whether a test of what torchaudio has is there for the setter alone."""
    region = setter.region
    return (
        isinstance(region, ast.If)
        and region.body == [setter.statement]
        and not region.orelse
        and not setter.module.is_elif(region)
    )


def not_caught(setter: SetterCall) -> None:
    """Raise if a handler reacts to the setter's failure; a call fails with another error."""
    module = setter.module
    for above in module.names.chain(setter.statement):
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(above, ast.With | ast.AsyncWith) and any(
            _MINDS.search(ast.unparse(item.context_expr)) for item in above.items
        ):
            place = module.place(above.items[0].context_expr)
            raise NotProvableError("the surrounding code expects its error or warning", [place])
        if isinstance(above, ast.Try) and any(
            module.inside(setter.statement, one) for one in above.body
        ):
            for handler in above.handlers:
                if not conditions.catches_import_errors_only(handler):
                    raise NotProvableError(
                        "if it fails, the program does something else", [module.place(handler)]
                    )
