"""2.9, which has no backends: setters go, and nothing takes their place."""

import ast

from compat.codemod.plan import removal, unreadable
from compat.codemod.plan.part import FOLD, PLATFORM, SAME_FILE, TRIED, VARIABLE, Part
from compat.codemod.plan.visibility import nobody_asks
from compat.codemod.rewrite.changes import Remove
from compat.codemod.source.module import Module
from compat.codemod.source.not_provable import NotProvableError
from compat.codemod.source.old_names import Kind
from compat.codemod.uses import setter_calls
from compat.codemod.uses.setter_calls import SetterCall


def settle(part: Part, setters: list[SetterCall]) -> None:
    """Settle each setter by itself, or report it."""
    for setter in setters:
        rule = {"platform": PLATFORM, "try": TRIED, "function": FOLD}.get(setter.where, SAME_FILE)
        part.attempt(rule if setter.name is not None else VARIABLE, [setter], lambda s=setter, r=rule: _one(part, r, s))  # type: ignore[misc]


def _one(part: Part, rule: str, setter: SetterCall) -> None:
    if setter.name is None and setter.where != "guarded":
        unreadable.settle(part, setter)
    nobody_asks(part)
    region = setter.region
    if setter.where == "guarded":
        if not (isinstance(region, ast.If) and _asks_lister(setter.module, region.test) and _only_sets(setter.module, region)):
            return  # TAC121 speaks of guards
    elif setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    elif setter.where != "try":
        removal.not_caught(setter)
    if setter.where == "platform":  # an `if` that is left with nothing to decide goes with the last of its arms
        region = setter.statement
    part.propose(rule, setter, [Remove(region)])


def _asks_lister(module: Module, test: ast.expr) -> bool:
    return any(use.kind == Kind.LISTER and module.inside(use.node, test) for use in module.uses)


def _only_sets(module: Module, statement: ast.If) -> bool:
    return setter_calls.only_sets(module, statement.body) and (not statement.orelse or setter_calls.only_sets(module, statement.orelse))
