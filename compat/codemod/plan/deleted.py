"""Settle for 2.9, which has no backends: remove the setters without replacement."""

import ast

from compat.codemod.plan import marks, programs, removal, unreadable
from compat.codemod.plan.marks import Pin
from compat.codemod.plan.part import RESTORE, VARIABLE, Part
from compat.codemod.plan.restore_pairs import restores
from compat.codemod.rewrite import Remove
from compat.codemod.source import Kind, Module, NotProvableError
from compat.codemod.uses import SetterCall, setter_calls


def settle(part: Part) -> None:
    """Settle each setter by itself, or report it."""
    asked = _asked(part)
    pairs = [
        pair for module in part.modules for pair in restores(module) if pair.set in part.setters
    ]
    for pair in pairs:
        part.propose(RESTORE, pair.set, pair.changes(), also=(pair.getter, pair.back.use))
    paired = {setter for pair in pairs for setter in (pair.set, pair.back)}
    for setter in part.setters:
        if setter not in paired:
            rule = part.rule_of(setter)
            try:
                _one(part, rule, setter, asked)
            except NotProvableError as why:
                part.say_of(setter, why, rule if setter.name is not None else VARIABLE)


def _asked(part: Part) -> dict[SetterCall, NotProvableError]:
    """Return the setters that are in force at a use of the getter, with the reason to keep them."""
    getters = [
        pin
        for module in part.modules
        for pin in marks.of(part.project, module).pins.values()
        if pin.is_getter
    ]
    if not getters:
        return {}
    try:
        evidence = programs.evidence(part.project, part.modules)
    except NotProvableError:
        return dict.fromkeys(part.setters, getters[0].why)
    return {
        force: place.why
        for place, forces in evidence.force.items()
        for force in forces
        if force is not None and isinstance(place, Pin) and place.is_getter
    }


def _one(
    part: Part, rule: str, setter: SetterCall, asked: dict[SetterCall, NotProvableError]
) -> None:
    if setter.name is None and setter.where != "guarded":
        raise unreadable.why(part, setter)
    if setter in asked:
        raise asked[setter]
    module, region = setter.module, setter.region
    if setter.where == "guarded":
        blocks = [region.body, region.orelse] if isinstance(region, ast.If) else [[]]
        only_sets = all(setter_calls.only_sets(module, block) for block in filter(None, blocks))
        if not (isinstance(region, ast.If) and _asks_lister(module, region.test) and only_sets):
            raise NotProvableError(
                "the test around it may be true in 2.9, which has no set_audio_backend"
            )
    elif setter.where == "value":
        raise NotProvableError("the value of the setter is used")
    elif setter.where != "try":
        removal.not_caught(setter)
    # an `if` that has nothing left to decide is removed with the last of its arms
    if setter.where == "platform":
        region = setter.statement
    part.propose(rule, setter, [Remove(region)], also=setter.asked)


def _asks_lister(module: Module, test: ast.expr) -> bool:
    return any(use.kind == Kind.LISTER and module.inside(use.node, test) for use in module.uses)
