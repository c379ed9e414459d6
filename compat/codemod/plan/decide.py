"""What becomes of the global backend of a project: which calls name the backend that was set for them, and which setters go.

A call names a backend where every program that comes to it has set that one, provably. A setter goes where every call that it may
be in force for names its backend. All else stays as it is, and is said.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod.plan import deleted, unreadable
from compat.codemod.plan.part import Drafts, Part
from compat.codemod.plan.settle import settle
from compat.codemod.rewrite import Draft
from compat.codemod.source import Module
from compat.codemod.uses import Project


def planned(rule: str) -> Callable[[Module, Project], Iterable[Draft]]:
    """The check of a rule that says what the plan says."""
    return lambda module, project: (draft for owner, draft in plan(project)[rule] if owner is module)


def plan(project: Project) -> Drafts:
    """What there is to say about the global backend of a project, by rule; found out once."""
    return project.note("plan", lambda: _plan(project))


def groups(project: Project) -> list[tuple[str, int]]:
    """The groups of the plan, with each rule that has a part in them."""
    return [(rule, draft.group) for rule, own in plan(project).items() for _, draft in own if draft.group is not None]


def _plan(project: Project) -> Drafts:
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
