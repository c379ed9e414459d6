"""From modules to findings and new texts: ask the rules, make what they propose, check it, and again until nothing changes."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from compat.codemod import changes, edits, plan
from compat.codemod.edits import ConflictError, Edit, Track
from compat.codemod.findings import Draft, Finding, Level, Place, State
from compat.codemod.lockstep import Alone
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import Rule
from compat.codemod.text import Text
from compat.codemod.verification import Rewrite, complaint

_ROUNDS = 8
_NO_ROUND_LEFT = "the changes did not come to rest; please report this file"


class BrokenError(Exception):
    """A change whose result does not hold; nothing of it is written."""


@dataclasses.dataclass(eq=False)
class Outcome:
    """What became of one module.

    Attributes:
        module: as it was read.
        now: as it is to be.
        edits: one list of edits a round; the first on the text as it was read.
        fixed: what was changed, at its place in the text as it was read.
        left: what is left for a person, at its place in the text as it was read.
        left_after: the same, at its place in the new text.
    """

    module: Module
    now: Module
    edits: list[list[Edit]] = dataclasses.field(default_factory=list)
    fixed: list[Finding] = dataclasses.field(default_factory=list)
    left: list[Finding] = dataclasses.field(default_factory=list)
    left_after: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def text(self) -> str:
        """The new text."""
        return self.now.text.text

    @property
    def changed(self) -> bool:
        """Whether the new text is another."""
        return self.text != self.module.text.text


@dataclasses.dataclass(frozen=True)
class _Proposal:
    number: int
    module: Module
    rule: Rule
    draft: Draft


class _Said(NamedTuple):
    """What the processes are told of a module that is to be changed: the edits, and the findings that they settle."""

    edits: list[Edit]
    fixed: list[Finding]


def run(
    modules: list[Module],
    active: Iterable[Rule],
    *,
    unsafe: bool,
    make_project: Callable[[list[Module], Alone], Project],
    share: Alone | None = None,
) -> list[Outcome]:
    """Everything that the rules have to say about the modules of a project, and their new texts.

    Args:
        share: which of the modules this process has to look at; without it, all.

    Raises:
        BrokenError: the outcome of a change does not hold. It is a mistake of ours, and no file is to be written.
        LostError: another process has not done its share.
    """
    rules, share = list(active), share or Alone()
    outcomes = {module.path: Outcome(module, module) for module in modules}
    current = list(modules)
    share.deal({number: len(module.text.text) for number, module in enumerate(modules)})
    for _ in range(_ROUNDS):
        project = make_project(current, share)
        applied, left = _round(project, rules, unsafe)
        project.forget()
        said = {
            number: _Said(made, [_found(outcomes, proposal, State.FIXED) for proposal in proposals])
            for number, (proposals, made) in applied.items()
        }
        told = {number: one for own in share.tell(said) for number, one in own.items()}
        if not told:
            _leave(outcomes, left, share)
            return list(outcomes.values())
        fresh = _verify_all({number: _rewrite(current[number], one.edits) for number, one in told.items()}, current, share)
        for number, one in told.items():
            outcome = outcomes[current[number].path]
            outcome.fixed += one.fixed
            outcome.edits.append(one.edits)
            outcome.now = current[number] = fresh[number]
    raise BrokenError(f"{', '.join(sorted(current[number].path for number in told))}: {_NO_ROUND_LEFT}")


def _rewrite(module: Module, made: list[Edit]) -> Rewrite:
    return Rewrite(module.text.text, edits.apply(module.text.text, made), made, module.interactive)


def _verify_all(rewrites: dict[int, Rewrite], modules: list[Module], share: Alone) -> dict[int, Module]:
    """The modules as they are after their rewrites; each is verified, and from then on looked at, by one of the processes."""
    share.deal({number: len(rewrite.new) for number, rewrite in rewrites.items()})
    fresh, broken = {}, None
    for number, rewrite in rewrites.items():
        try:
            fresh[number] = verified(modules[number], rewrite) if share.mine(number) else modules[number].after(rewrite.new, lazy=True)
        except BrokenError as why:
            broken = number, str(why)
            break
    complaints = [one for one in share.tell(broken) if one is not None]
    if complaints:
        raise BrokenError(min(complaints)[1])
    return fresh


def verified(module: Module, rewrite: Rewrite) -> Module:
    """The module as it is after a rewrite.

    Raises:
        BrokenError: the rewrite does not hold.
    """
    try:
        new = module.after(rewrite.new)
    except SyntaxError as why:
        raise BrokenError(f"{module.path}: the changed text would not parse ({why.msg}, line {why.lineno})") from why
    wrong = complaint(rewrite, module, new)
    if wrong is not None:
        raise BrokenError(f"{module.path}: {wrong}")
    return new


class _Refusal(NamedTuple):
    """A proposal that cannot be made: the number of its module, its group, and its place."""

    number: int
    group: int | None
    place: Place


def _round(project: Project, rules: list[Rule], unsafe: bool) -> tuple[dict[int, tuple[list[_Proposal], list[Edit]]], list[_Proposal]]:
    """What can be carried out of all that the rules propose in this process's modules, with its edits, and what is left."""
    share, modules = project.share, project.modules
    _ = project.fakes, plan.groups(project)  # made by all processes together, before each goes its way
    proposals, left, kept = _ask(project, rules, unsafe)
    off = _off(project, rules, kept)
    refused: list[_Proposal] = []
    lowered: dict[int, tuple[list[_Proposal], list[Edit]]] = {}
    while True:
        applied: dict[int, list[_Proposal]] = defaultdict(list)
        dropped = []
        for proposal in proposals:
            if proposal.draft.group in off:
                dropped.append(_without(proposal, off[proposal.draft.group]))
            else:
                applied[proposal.number].append(proposal)
        found = None
        try:
            for number, own_proposals in applied.items():
                if number not in lowered or lowered[number][0] != own_proposals:
                    lowered[number] = own_proposals, _lower(modules[number], own_proposals)
        except _RefusedError as why:
            found = why
        refusals = [one for one in share.tell(None if found is None else found.said()) if one is not None]
        if not refusals:
            return {number: lowered[number] for number in applied}, [*left, *refused, *dropped]
        first = min(refusals, key=lambda refusal: refusal.number)  # one at a time: others may fall with its group
        if found is not None and share.mine(first.number):
            proposals.remove(found.proposal)
            refused.append(_without(found.proposal, found.reason))
        if first.group is not None:
            off[first.group] = f"another part of it cannot be changed, at {first.place}"


def _ask(project: Project, rules: list[Rule], unsafe: bool) -> tuple[list[_Proposal], list[_Proposal], set[int]]:
    """What the rules propose in this process's modules, what they leave, and the groups that a comment says to leave."""
    proposals: list[_Proposal] = []
    left: list[_Proposal] = []
    kept: set[int] = set()
    for number, module in enumerate(project.modules):
        for rule in rules if project.share.mine(number) else ():
            for draft in rule.check(module, project):
                if draft.group is None and not rule.everywhere and project.runs_not(module, draft.span):
                    continue  # the arm of a guard for another release
                if project.target in rule.told_for:
                    draft = _told(rule, draft)
                proposal = _Proposal(number, module, rule, draft)
                held = rule.level is Level.REPORT or ((draft.unsafe or rule.level is Level.UNSAFE) and not unsafe)
                if module.ignores(rule.id, draft.span):
                    if draft.group is not None and any(isinstance(change, changes.Remove | changes.Substitute) for change in draft.changes):
                        kept.add(draft.group)
                elif draft.changes and project.pins and project.target != "compat":
                    continue  # TAC135 says why
                elif draft.changes and not held:
                    proposals.append(proposal)
                else:
                    left.append(proposal)
    return proposals, left, kept


def _off(project: Project, rules: list[Rule], kept: set[int]) -> dict[int, str]:
    """The groups of which a part is not to be changed, and why."""
    active = {rule.id for rule in rules}
    own = dict.fromkeys(kept, "a comment says to leave its setter")
    for rule, group in plan.groups(project):
        if rule not in active:
            own[group] = max(own.get(group, ""), f"a part of the change belongs to {rule}, which is not selected")
    off: dict[int, str] = {}
    for told in project.share.tell(own):
        for group, reason in told.items():
            off[group] = max(off.get(group, ""), reason)  # of several the same one, whoever finds them
    return off


def _told(rule: Rule, draft: Draft) -> Draft:
    """The same finding where the target is the release of old: its code is left, and fails there too."""
    advice = draft.advice or f"Without the drop-in, --target 2.1 --select {rule.id} changes it, and 2.0 takes the result."
    return dataclasses.replace(draft, reason=f"under 2.0 too: {draft.reason}", advice=advice, changes=(), group=None)


def _without(proposal: _Proposal, why: str) -> _Proposal:
    draft = proposal.draft
    reason, advice = f"{draft.reason}; not changed, because {why}", draft.advice or "Change it by hand."
    return dataclasses.replace(proposal, draft=dataclasses.replace(draft, reason=reason, advice=advice, changes=(), group=None))


class _RefusedError(Exception):
    def __init__(self, proposal: _Proposal, reason: str) -> None:
        super().__init__(reason)
        self.proposal, self.reason = proposal, reason

    def said(self) -> _Refusal:
        """What the other processes are told."""
        proposal = self.proposal
        return _Refusal(proposal.number, proposal.draft.group, proposal.module.place(proposal.draft.span))


def _lower(module: Module, own: list[_Proposal]) -> list[Edit]:
    """The edits that make all that is proposed for a module.

    Raises:
        _RefusedError: the first proposal that cannot be made, at all or beside those before it, and why.
    """
    if module.dissent is not None:
        raise _RefusedError(own[0], f"{module.dissent.reason}, in line {module.place(module.dissent.use.node).line}")
    try:
        return changes.lower(module, [change for proposal in own for change in proposal.draft.changes])
    except ConflictError:
        accepted: list[changes.Change] = []
        for proposal in own:
            try:
                changes.lower(module, [*accepted, *proposal.draft.changes])
            except ConflictError as why:
                raise _RefusedError(proposal, str(why)) from why
            accepted += proposal.draft.changes
        raise


def _leave(outcomes: dict[str, Outcome], left: list[_Proposal], share: Alone) -> None:
    found: dict[str, tuple[list[Finding], list[Finding]]] = {}
    for proposal in left:
        before, after = found.setdefault(proposal.module.path, ([], []))
        state = State.FIXABLE if proposal.draft.changes else State.LEFT
        after.append(_finding(proposal, proposal.module.place(proposal.draft.span), state, proposal.draft.related))
        before.append(_found(outcomes, proposal, state))
    for own in share.tell(found):
        for path, (before, after) in own.items():
            outcomes[path].left, outcomes[path].left_after = before, after


def _found(outcomes: dict[str, Outcome], proposal: _Proposal, state: State) -> Finding:
    """What is proposed, at its place in the text as it was read."""
    place = _back(outcomes[proposal.module.path], proposal.draft.span)
    return _finding(proposal, place, state, tuple(_place_back(outcomes, one) for one in proposal.draft.related))


def _finding(proposal: _Proposal, place: Place, state: State, related: tuple[Place, ...]) -> Finding:
    draft = proposal.draft
    advice = draft.advice
    if state is State.FIXABLE:
        advice = advice or "Run again with --unsafe to have it changed."
    return Finding(proposal.rule.id, place, draft.reason, advice, related, state)


def _back(outcome: Outcome, span: tuple[int, int]) -> Place:
    start, end = span
    for made in reversed(outcome.edits):
        track = Track(made)
        start, end = track.back(start), track.back(end)
    return outcome.module.place((start, max(start, end)))


def _place_back(outcomes: dict[str, Outcome], place: Place) -> Place:
    outcome = outcomes.get(place.path)
    if outcome is None or not outcome.edits:
        return place
    text = Text(outcome.text)
    start = text.starts[min(place.line, len(text.starts)) - 1] + place.column - 1
    end = text.starts[min(place.end_line, len(text.starts)) - 1] + place.end_column - 1
    return _back(outcome, (start, end))
