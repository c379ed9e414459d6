"""What becomes of the global backend of a project: which way settles its setters, for each part of it that runs together.

A setter may go, and the calls it governed get ``backend=``, only where every such call is known and every one can take the
argument. One doubt anywhere leaves all of it as it is, and says where the doubt is. Each way of settling has a file here.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod.plan import apart, by_platform, deleted, everywhere, folded, restored, tried, unreadable
from compat.codemod.plan.part import FOLD, PLATFORM, PROJECT, RESTORE, SAME_FILE, TRIED, VARIABLE, Drafts, Part
from compat.codemod.plan.restore_pairs import Restore, restores
from compat.codemod.rewrite import Draft
from compat.codemod.source import Module, NotProvableError, old_names
from compat.codemod.uses import Project, SetterCall


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
        decide(Part(project, modules, drafts, numbers))
    return drafts


def decide(part: Part) -> None:
    """Settle the setters of a part in the way that fits them, or say why not."""
    unreadable.passed_on(part)
    pairs = [one for module in part.modules for one in restores(module)]
    paired = {setter.call for pair in pairs for setter in (pair.set, pair.back)}
    rest = [setter for setter in part.setters if setter.call not in paired]
    if not part.per_call:
        for pair in pairs:
            restored.propose(part, pair)
        deleted.settle(part, rest)
    elif _restored(part, pairs, rest) and rest:
        _per_call(part, rest)


def _restored(part: Part, pairs: list[Restore], rest: list[SetterCall]) -> bool:
    """Settle what is set and restored; tell whether all of it was."""
    left = [pair for pair in pairs if not part.attempt(RESTORE, [pair.set], lambda pair=pair: restored.settle(part, pair))]  # type: ignore[misc]
    part.settled = {site for pair in pairs for site in restored.within(part, pair)}
    places = [pair.set.module.place(pair.set.call) for pair in left]
    for setter in rest if left else ():
        part.say_of(setter, NotProvableError("another place sets a backend and restores it, and cannot be settled", places))
    return not left


def _per_call(part: Part, setters: list[SetterCall]) -> None:
    """2.1, 2.2: the calls name the backend."""
    guarded = [setter for setter in setters if setter.where == "guarded"]
    setters = [setter for setter in setters if setter.where != "guarded"]
    forced = part.project.backend
    unread = [] if forced else [setter for setter in setters if setter.name not in old_names.PER_CALL_NAMES]
    for setter in unread:
        part.attempt(VARIABLE, [setter], lambda setter=setter: unreadable.settle(part, setter))  # type: ignore[misc]
    readable = [setter for setter in setters if setter not in unread]
    if unread or guarded:
        first = (unread or guarded)[0]
        what = "whose name cannot be read, or that 2.0 does not have" if unread else "under a condition"
        for setter in readable:
            part.say_of(setter, NotProvableError(f"another place sets a backend {what}", [first.module.place(first.call)]))
    elif readable:
        _readable(part, readable)


def _readable(part: Part, setters: list[SetterCall]) -> None:
    """Settle setters of which every name can be read, or was given by the user."""
    forced = part.project.backend
    kinds = {setter.where for setter in setters}
    names = {forced or old_names.PER_CALL_NAMES[setter.name or ""] for setter in setters}
    if forced:
        part.attempt(PROJECT, setters, lambda: everywhere.settle(part, setters, forced, evidence=False))
    elif kinds == {"try"}:
        part.attempt(TRIED, setters, lambda: tried.settle(part, setters))
    elif kinds == {"platform"}:
        part.attempt(PLATFORM, setters, lambda: by_platform.settle(part, setters))
    elif kinds == {"function"}:
        part.attempt(FOLD, setters, lambda: folded.settle(part, setters))
    elif len(names) == 1:
        one_file = len({setter.module for setter in setters}) == 1 and "main" not in kinds and not part.has_sites_beside(setters[0].module)
        rule = SAME_FILE if one_file else PROJECT
        part.attempt(rule, setters, lambda: everywhere.settle(part, setters, names.pop(), rule=rule))
    else:
        apart.settle(part, setters)
