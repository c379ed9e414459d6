"""From modules to findings and new texts: ask the rules, make what they propose, check it, and again until nothing changes."""

from __future__ import annotations

import ast
import bisect
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from compat.codemod import changes, edits, plan
from compat.codemod.edits import ConflictError, Edit, Track
from compat.codemod.findings import Draft, Finding, Level, Place, State
from compat.codemod.module import Module
from compat.codemod.project import Project
from compat.codemod.registry import Rule
from compat.codemod.text import Text, parse

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


def run(modules: list[Module], active: Iterable[Rule], *, unsafe: bool, make_project: Callable[[list[Module]], Project]) -> list[Outcome]:
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
        if not applied:
            _leave(outcomes, current, left)
            return list(outcomes.values())
        following = []
        for module in current:
            accepted = applied.get(module, [])
            if not accepted:
                following.append(module)
                continue
            outcome = outcomes[module.path]
            made = changes.lower(module, [change for proposal in accepted for change in proposal.draft.changes])
            text = edits.apply(module.text.text, made)
            fresh = verify(module, text, made)
            for proposal in accepted:
                place = _back(outcome, proposal.draft.span)
                related = tuple(_place_back(outcomes, one) for one in proposal.draft.related)
                outcome.fixed.append(_finding(proposal, place, State.FIXED, related))
            outcome.edits.append(made)
            outcome.text = text
            following.append(fresh)
        current = following
    raise BrokenError(f"{', '.join(sorted(module.path for module in applied))}: {_NO_ROUND_LEFT}")


def _round(
    modules: list[Module], rules: list[Rule], project: Project, unsafe: bool
) -> tuple[dict[Module, list[_Proposal]], list[_Proposal]]:
    """What can be carried out of all that the rules propose, and what is left."""
    proposals: list[_Proposal] = []
    left: list[_Proposal] = []
    off: dict[int, str] = {}
    for module in modules:
        for rule in rules:
            for draft in rule.check(module, project):
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
    while True:
        applied: dict[Module, list[_Proposal]] = defaultdict(list)
        dropped = []
        for proposal in proposals:
            if proposal.draft.group is not None and id(proposal.draft.group) in off:
                dropped.append(_without(proposal, off[id(proposal.draft.group)]))
            else:
                applied[proposal.module].append(proposal)
        found = next((found for module, own in applied.items() for found in [_refused(module, own)] if found), None)
        if found is None:
            return dict(applied), [*left, *refused, *dropped]
        proposal, why = found
        proposals.remove(proposal)
        refused.append(_without(proposal, why))
        if proposal.draft.group is not None:
            off[id(proposal.draft.group)] = f"another part of it cannot be changed, at {proposal.module.place(proposal.draft.span)}"


def _without(proposal: _Proposal, why: str) -> _Proposal:
    draft = proposal.draft
    reason, advice = f"{draft.reason}; not changed, because {why}", draft.advice or "Change it by hand."
    return dataclasses.replace(proposal, draft=dataclasses.replace(draft, reason=reason, advice=advice, changes=(), group=None))


def _refused(module: Module, own: list[_Proposal]) -> tuple[_Proposal, str] | None:
    """The first proposal that cannot be made, at all or beside those before it, and why."""
    if module.dissent is not None:
        return own[0], f"{module.dissent.reason}, in line {module.place(module.dissent.use.node).line}"
    try:
        changes.lower(module, [change for proposal in own for change in proposal.draft.changes])
    except ConflictError:
        accepted: list[changes.Change] = []
        for proposal in own:
            try:
                changes.lower(module, [*accepted, *proposal.draft.changes])
            except ConflictError as why:
                return proposal, str(why)
            accepted += proposal.draft.changes
    return None


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


def verify(module: Module, text: str, made: list[Edit]) -> Module:
    """The module of a new text, once it is sure that the edits did what they were to do and nothing else.

    It must parse; with the edits undone it must be the old program, as text and as a tree; and every statement that no edit
    touches must still be there, as the same kind of statement.

    Raises:
        BrokenError: one of these does not hold.
    """
    undone = edits.undo(module.text.text, text, made)
    try:
        fresh = Module(module.path, text, standalone=module.standalone, interactive=module.interactive)
    except SyntaxError as why:
        raise BrokenError(f"{module.path}: the changed text would not parse ({why.msg}, line {why.lineno})") from why
    if undone != module.text.text and not _same(undone, module):
        raise BrokenError(f"{module.path}: the changes cannot be undone")
    track = Track(made)
    there = {(fresh.span(statement), type(statement)) for statement in _statements(fresh.tree)}
    starts = [edit.start for edit in made]
    for statement in _statements(module.tree):
        start, end = module.span(statement)
        last = bisect.bisect_left(starts, end) - 1
        if last >= 0 and start < max(made[last].end, made[last].start + 1):
            continue
        first, final = track.forward(start), track.forward(end - 1)
        if first is None or final is None or ((first, final + 1), type(statement)) not in there:
            raise BrokenError(f"{module.path}: the statement in line {statement.lineno} would be lost, or become another")
    return fresh


def _same(undone: str, module: Module) -> bool:
    """Whether a text is the old program; where it is the old text, letter by letter, this need not be asked."""
    try:
        return ast.dump(parse(undone, top_level_await=module.interactive)) == ast.dump(module.tree)
    except SyntaxError:
        return False


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield from block
                waiting += block
        waiting += getattr(node, "handlers", ())
        waiting += getattr(node, "cases", ())
