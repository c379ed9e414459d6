"""Decide which calls name the backend that was set for them, and which setters are removed.

A call names a backend if every program that reaches it has provably set that one. A setter is
removed if every call that it may govern names its backend. Everything else stays as it is, with a
report.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod.plan import deleted, unreadable
from compat.codemod.plan.part import Drafts, Part
from compat.codemod.plan.settle import settle
from compat.codemod.rewrite import Draft
from compat.codemod.source import Module, noted
from compat.codemod.uses import Project


def planned(rule: str) -> Callable[[Module, Project], Iterable[Draft]]:
    """Return the check of a rule that reports what the plan decides."""
    return lambda module, project: (
        draft for owner, draft in plan(project)[rule] if owner is module
    )


def groups(project: Project) -> list[tuple[str, int]]:
    """Return the groups of the plan, with each rule that has a part in them."""
    return [
        (rule, draft.group)
        for rule, own in plan(project).items()
        for _, draft in own
        if draft.group is not None
    ]


@noted
def plan(project: Project) -> Drafts:
    """Return the drafts about the global backend of a project, by rule; computed once."""
    drafts: Drafts = defaultdict(list)
    numbers = itertools.count()
    parts = [[module] for module in project.modules if module.standalone]
    parts.append([module for module in project.modules if not module.standalone])
    for modules in parts:
        part = Part(project, modules, drafts, numbers)
        unreadable.passed_on(part)
        if part.setters:
            (settle if part.per_call else deleted.settle)(part)
    return drafts
