"""2.9, which has no backends: setters go, and nothing takes their place."""

import ast

from compat.codemod.plan import removal, unreadable
from compat.codemod.plan.part import FOLD, PLATFORM, SAME_FILE, TRIED, VARIABLE, Part
from compat.codemod.plan.visibility import nobody_asks
from compat.codemod.rewrite import Remove
from compat.codemod.source import Kind, Module, NotProvableError
from compat.codemod.uses import SetterCall, setter_calls


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
        if not (isinstance(region, ast.If) and _is_about_list(setter.module, region)):
            return  # TAC121 speaks of guards
    elif setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    elif setter.where != "try":
        removal.not_caught(setter)
    if setter.where == "platform":  # an `if` that is left with nothing to decide goes with the last of its arms
        region = setter.statement
    part.propose(rule, setter, [Remove(region)])


def _is_about_list(module: Module, statement: ast.If) -> bool:
    asks = any(module.inside(use.node, statement.test) for use in module.of(Kind.LISTER))
    return asks and setter_calls.only_sets(module, [*statement.body, *statement.orelse])
