"""From modules to findings and new texts: ask the rules, make what they propose, check it, and again until nothing changes."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod import changes, edits, plan
from compat.codemod.edits import ConflictError, Edit, Track
from compat.codemod.findings import Draft, Finding, Level, Place, State
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
        text: as it is to be.
        edits: one list of edits a round; the first on the text as it was read.
        fixed: what was changed, at its place in the text as it was read.
        left: what is left for a person, at its place in the text as it was read.
        left_after: the same, at its place in the new text.
    """

    module: Module
    text: str
    edits: list[list[Edit]] = dataclasses.field(default_factory=list)
    fixed: list[Finding] = dataclasses.field(default_factory=list)
    left: list[Finding] = dataclasses.field(default_factory=list)
    left_after: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the new text is another."""
        return self.text != self.module.text.text


@dataclasses.dataclass(frozen=True)
class _Proposal:
    module: Module
    rule: Rule
    draft: Draft


def run(
    modules: list[Module],
    active: Iterable[Rule],
    *,
    unsafe: bool,
    make_project: Callable[[list[Module]], Project],
) -> list[Outcome]:
    """Everything that the rules have to say about the modules of a project, and their new texts.

    Raises:
        BrokenError: the outcome of a change does not hold. It is a mistake of ours, and no file is to be written.
    """
    rules = list(active)
    outcomes = {module.path: Outcome(module, module.text.text) for module in modules}
    current = list(modules)
    for _ in range(_ROUNDS):
        project = make_project(current)
        applied, left = _round(current, rules, project, unsafe)
        project.forget()
        if not applied:
            _leave(outcomes, current, left)
            return list(outcomes.values())
        rewrites = {module: _rewrite(module, made) for module, (_, made) in applied.items()}
        fresh = {module: verified(module, rewrite) for module, rewrite in rewrites.items()}
        for module in rewrites:
            outcome = outcomes[module.path]
            for proposal in applied[module][0]:
                place = _back(outcome, proposal.draft.span)
                related = tuple(_place_back(outcomes, one) for one in proposal.draft.related)
                outcome.fixed.append(_finding(proposal, place, State.FIXED, related))
            outcome.edits.append(rewrites[module].edits)
            outcome.text = rewrites[module].new
        current = [fresh.get(module, module) for module in current]
    raise BrokenError(f"{', '.join(sorted(module.path for module in applied))}: {_NO_ROUND_LEFT}")


def _rewrite(module: Module, made: list[Edit]) -> Rewrite:
    return Rewrite(module.text.text, edits.apply(module.text.text, made), made, module.interactive)


def verified(module: Module, rewrite: Rewrite) -> Module:
    """The module as it is after a rewrite.

    Raises:
        BrokenError: the rewrite does not hold.
    """
    try:
        new = Module(module.path, rewrite.new, standalone=module.standalone, interactive=module.interactive)
    except SyntaxError as why:
        raise BrokenError(f"{module.path}: the changed text would not parse ({why.msg}, line {why.lineno})") from why
    wrong = complaint(rewrite, module, new)
    if wrong is not None:
        raise BrokenError(f"{module.path}: {wrong}")
    return new


def _round(
    modules: list[Module], rules: list[Rule], project: Project, unsafe: bool
) -> tuple[dict[Module, tuple[list[_Proposal], list[Edit]]], list[_Proposal]]:
    """What can be carried out of all that the rules propose, with its edits, and what is left."""
    proposals: list[_Proposal] = []
    left: list[_Proposal] = []
    off: dict[int, str] = {}
    for module in modules:
        for rule in rules:
            for draft in rule.check(module, project):
                if draft.group is None and not rule.everywhere and project.runs_not(module, draft.span):
                    continue  # the arm of a guard for another release
                if project.target in rule.told_for:
                    draft = _told(rule, draft)
                proposal = _Proposal(module, rule, draft)
                held = rule.level is Level.REPORT or ((draft.unsafe or rule.level is Level.UNSAFE) and not unsafe)
                if module.ignores(rule.id, draft.span):
                    if any(isinstance(change, changes.Remove | changes.Substitute) for change in draft.changes):
                        off[id(draft.group)] = "a comment says to leave its setter"
                elif draft.changes and project.pins and project.target != "compat":
                    continue  # TAC135 says why
                elif draft.changes and not held:
                    proposals.append(proposal)
                else:
                    left.append(proposal)
    active = {rule.id for rule in rules}
    for rule_id, group in plan.groups(project):
        if rule_id not in active:
            off[id(group)] = f"a part of the change belongs to {rule_id}, which is not selected"
    refused: list[_Proposal] = []
    lowered: dict[Module, tuple[list[_Proposal], list[Edit]]] = {}
    while True:
        applied: dict[Module, list[_Proposal]] = defaultdict(list)
        dropped = []
        for proposal in proposals:
            if proposal.draft.group is not None and id(proposal.draft.group) in off:
                dropped.append(_without(proposal, off[id(proposal.draft.group)]))
            else:
                applied[proposal.module].append(proposal)
        try:
            for module, own in applied.items():
                if module not in lowered or lowered[module][0] != own:
                    lowered[module] = own, _lower(module, own)
        except _RefusedError as why:
            proposal = why.proposal
            proposals.remove(proposal)
            refused.append(_without(proposal, why.reason))
            if proposal.draft.group is not None:
                off[id(proposal.draft.group)] = f"another part of it cannot be changed, at {proposal.module.place(proposal.draft.span)}"
            continue
        return {module: lowered[module] for module in applied}, [*left, *refused, *dropped]


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


def _leave(outcomes: dict[str, Outcome], current: list[Module], left: list[_Proposal]) -> None:
    for proposal in left:
        outcome = outcomes[proposal.module.path]
        state = State.FIXABLE if proposal.draft.changes else State.LEFT
        after = proposal.module.place(proposal.draft.span)
        outcome.left_after.append(_finding(proposal, after, state, proposal.draft.related))
        related = tuple(_place_back(outcomes, one) for one in proposal.draft.related)
        outcome.left.append(_finding(proposal, _back(outcome, proposal.draft.span), state, related))


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
