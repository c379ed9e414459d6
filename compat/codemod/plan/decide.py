"""Decide which calls name the backend that was set for them, and which setters are removed.

A call names a backend if every program that reaches it has provably set that one. A setter is
removed if every call that it may govern names its backend. Everything else stays as it is, with a
report.
"""

import ast
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod.plan import marks, programs, removal
from compat.codemod.plan.marks import Pin
from compat.codemod.plan.part import RESTORE, VARIABLE, Drafts, Part, passed_on, unreadable
from compat.codemod.plan.restore_pairs import restores
from compat.codemod.plan.settle import settle
from compat.codemod.rewrite import Draft, Remove
from compat.codemod.source import Kind, Module, NotProvableError, noted
from compat.codemod.uses import Project, SetterCall, setter_calls


def planned(rule: str) -> Callable[[Module, Project], Iterable[Draft]]:
    """Return the check of a rule that reports what the plan decides."""
    return lambda module, project: plan(project).get((rule, module), ())


def groups(project: Project) -> list[tuple[str, int]]:
    """Return the groups of the plan, with each rule that has a part in them."""
    return [
        (rule, draft.group)
        for (rule, _), own in plan(project).items()
        for draft in own
        if draft.group is not None
    ]


@noted
def plan(project: Project) -> Drafts:
    """Return the drafts about the global backend of a project, by rule and module."""
    drafts: Drafts = defaultdict(list)
    numbers = itertools.count()
    parts = [[module] for module in project.modules if module.standalone]
    parts.append([module for module in project.modules if not module.standalone])
    for modules in parts:
        part = Part(project, modules, drafts, numbers)
        passed_on(part)
        if part.setters:
            (settle if part.per_call else _delete)(part)
    return drafts


def _delete(part: Part) -> None:
    """Settle for 2.9, which has no backends: remove each setter, or report it."""
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
                _delete_one(part, rule, setter, asked)
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


def _delete_one(
    part: Part, rule: str, setter: SetterCall, asked: dict[SetterCall, NotProvableError]
) -> None:
    if setter.name is None and setter.where != "guarded":
        raise unreadable(part, setter)
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
