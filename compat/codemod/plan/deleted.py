"""2.9, which has no backends: setters go, and nothing takes their place."""

from __future__ import annotations

import ast

from compat.codemod.plan import programs, removal, unreadable
from compat.codemod.plan.marks import Pin
from compat.codemod.plan.part import FOLD, PLATFORM, RESTORE, SAME_FILE, TRIED, VARIABLE, Part
from compat.codemod.plan.restore_pairs import restores
from compat.codemod.rewrite import Remove
from compat.codemod.source import Kind, Module, NotProvableError
from compat.codemod.uses import SetterCall, setter_calls


def settle(part: Part) -> None:
    """Settle each setter by itself, or report it."""
    asked = _asked(part)
    pairs = [pair for module in part.modules for pair in restores(module) if pair.set in part.setters]
    for pair in pairs:
        part.propose(RESTORE, pair.set, pair.changes(), also=(pair.getter, pair.back.use))
    paired = {setter for pair in pairs for setter in (pair.set, pair.back)}
    for setter in part.setters:
        if setter not in paired:
            rule = {"platform": PLATFORM, "try": TRIED, "function": FOLD}.get(setter.where, SAME_FILE)
            try:
                _one(part, rule, setter, asked)
            except NotProvableError as why:
                part.say_of(setter, why, rule if setter.name is not None else VARIABLE)


def _asked(part: Part) -> dict[SetterCall, NotProvableError]:
    """The setters that are in force where the getter is asked."""
    found: dict[SetterCall, NotProvableError] = {}
    for place, forces in programs.evidence(part.project, part.modules).force.items():
        if isinstance(place, Pin) and place.is_getter:
            found |= {force: place.why for force in forces if force is not None}
    return found


def _one(part: Part, rule: str, setter: SetterCall, asked: dict[SetterCall, NotProvableError]) -> None:
    if setter.name is None and setter.where != "guarded":
        unreadable.settle(part, setter)
    if setter in asked:
        raise asked[setter]
    region: ast.stmt = setter.region
    if setter.where == "guarded":
        if not (isinstance(region, ast.If) and _asks_lister(setter.module, region.test) and _only_sets(setter.module, region)):
            return  # TAC121 speaks of guards
    elif setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    elif setter.where != "try":
        removal.not_caught(setter)
    if setter.where == "platform":  # an `if` that is left with nothing to decide goes with the last of its arms
        region = setter.statement
    part.propose(rule, setter, [Remove(region)], also=setter.asked)


def _asks_lister(module: Module, test: ast.expr) -> bool:
    return any(use.kind == Kind.LISTER and module.inside(use.node, test) for use in module.uses)


def _only_sets(module: Module, statement: ast.If) -> bool:
    return setter_calls.only_sets(module, statement.body) and (not statement.orelse or setter_calls.only_sets(module, statement.orelse))
