"""Turn modules into findings and new texts: ask the rules, apply, verify, until nothing changes."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from typing import NamedTuple

from compat.codemod.plan import decide
from compat.codemod.rewrite import (
    Change,
    ConflictError,
    Draft,
    Edit,
    Remove,
    Track,
    complaint,
    edits,
    lower,
)
from compat.codemod.rule import Rule, Stage
from compat.codemod.run import safety
from compat.codemod.run.safety import Objection
from compat.codemod.source import Finding, Level, Module, Place, State, grouped
from compat.codemod.uses import Project, replacements, setter_calls

_ROUNDS = 8


class BrokenError(Exception):
    """A change whose result is wrong; nothing of it is written."""


@dataclasses.dataclass(eq=False)
class Outcome:
    """The result for one module.

    Attributes:
        module: as it was read.
        now: its new state.
        edits: one list of edits per round; the first applies to the text as it was read.
        fixed: what was changed, at its place in the text as it was read.
        left: what is left for the user, at its place in the text as it was read.
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
        """Return the new text."""
        return self.now.text.text

    @property
    def changed(self) -> bool:
        """Return whether the new text differs."""
        return self.text != self.module.text.text


class _Proposal(NamedTuple):
    module: Module
    rule: Rule
    draft: Draft

    @property
    def place(self) -> Place:
        return self.module.place(self.draft.span)

    @property
    def takes_away(self) -> bool:
        """Return whether it removes a statement, such as a setter; its group depends on that."""
        return any(isinstance(change, Remove) for change in self.draft.changes)

    def finding(self, state: State) -> Finding:
        """Return it as a finding, at its place in the present text."""
        draft = self.draft
        advice = draft.advice or (
            "Run again with --unsafe to change it." if state is State.FIXABLE else ""
        )
        return Finding(self.rule.id, self.place, draft.reason, advice, draft.related, state)

    def report(self, reason: str, advice: str, related: tuple[Place, ...] = ()) -> _Proposal:
        """Return the same without its changes; its own advice and places stay."""
        draft = self.draft
        advice, related = draft.advice or advice, related or draft.related
        return self._replace(
            draft=dataclasses.replace(
                draft, reason=reason, advice=advice, changes=(), group=None, related=related
            )
        )


# the proposals to make in one module, with their edits
_Accepted = tuple[list[_Proposal], list[Edit]]


def run(project: Project, active: Iterable[Rule], *, unsafe: bool) -> list[Outcome]:
    """Return all findings on the modules of a project as it was read, and their new texts.

    Raises:
        BrokenError: a change gives a wrong result. That is our mistake, and no file must be
            written.
    """
    rules = list(active)
    outcomes = {module.path: Outcome(module, module) for module in project.modules}
    set_names = setter_calls.names(project.modules)
    as_read = functools.partial(_as_read, outcomes)
    for _ in range(_ROUNDS):
        now = [outcome.now for outcome in outcomes.values()]
        project = dataclasses.replace(project, modules=now, set_names=set_names, as_read=as_read)
        applied, left = _Round(project, rules, unsafe).settle()
        # the notes may hold trees that refer to each other and would be freed late
        project.notes.clear()
        if not applied:
            for proposal in left:
                found = proposal.finding(State.FIXABLE if proposal.draft.changes else State.LEFT)
                outcome = outcomes[proposal.module.path]
                outcome.left.append(_where_read(outcomes, found))
                outcome.left_after.append(found)
            return list(outcomes.values())
        for path, (own, _) in applied.items():
            outcomes[path].fixed += [_where_read(outcomes, one.finding(State.FIXED)) for one in own]
        for path, (_, made) in applied.items():
            outcome = outcomes[path]
            outcome.edits.append(made)
            outcome.now = verified(outcome.now, edits.apply(outcome.now.text.text, made), made)
    raise BrokenError(
        f"{', '.join(sorted(applied))}: the rules do not stop "
        "changing these files; please report this"
    )


def verified(module: Module, text: str, made: list[Edit]) -> Module:
    """Return the module with the text that edits made.

    Raises:
        BrokenError: it does not parse, or an edit did more than it should.
    """
    try:
        new = module.after(text)
    except SyntaxError as why:
        raise BrokenError(
            f"{module.path}: the changed text would not parse ({why.msg}, line {why.lineno})"
        ) from why
    wrong = complaint(module, new, made)
    if wrong is not None:
        raise BrokenError(f"{module.path}: {wrong}")
    return new


class _Round:
    """One round: sorts the rules' proposals for the present modules into changes and the rest."""

    def __init__(self, project: Project, rules: list[Rule], unsafe: bool) -> None:
        self._project, self._rules, self._unsafe = project, rules, unsafe
        self._proposals: list[_Proposal] = []
        self._left: list[_Proposal] = []
        # groups with a part that must not change, with the reason
        self._off: dict[int | None, Objection] = {}

    def settle(self) -> tuple[dict[str, _Accepted], list[_Proposal]]:
        """Return what to change, by module path; if that is nothing, also what is left."""
        for stage in Stage:
            for rule in (one for one in self._rules if one.stage is stage):
                for module in self._project.modules:
                    for draft in rule.check(module, self._project):
                        self._sort(_Proposal(module, rule, draft))
            if stage is Stage.PROGRAMS:
                self._drop_unselected()
            if made := self._made():
                return made, []
        return {}, self._left

    # Sorting

    def _sort(self, proposal: _Proposal) -> None:
        """Sort one proposal; drop it for code that cannot run, is ignored or pinned elsewhere."""
        project, module, rule, draft = self._project, proposal.module, proposal.rule, proposal.draft
        if draft.group is None and not rule.everywhere and project.runs_not(module, draft.span):
            return
        if project.target in rule.report_only_for:
            # The target is the old release: this code stays, and fails there too.
            proposal = proposal.report(
                f"under 2.0 too: {draft.reason}",
                f"Before you add the drop-in, run --target 2.1 --select {rule.id}: the result runs "
                "under 2.0 too.",
            )
        if safety.is_ignored(module, rule, draft):
            if draft.group is not None and proposal.takes_away:
                self._off.setdefault(draft.group, Objection("a comment protects its setter"))
            return
        if not proposal.draft.changes:
            self._left.append(proposal)
        elif not project.pins or project.target == "compat":  # TAC135 gives the reason
            self._examine(proposal)

    def _examine(self, proposal: _Proposal) -> None:
        """Accept a change, hold it for ``--unsafe``, or refuse it."""
        draft = proposal.draft
        against = safety.objection(self._project, proposal.module, draft)
        if against is None:
            held = (draft.unsafe or proposal.rule.level is Level.UNSAFE) and not self._unsafe
            (self._left if held else self._proposals).append(proposal)
        elif draft.group is None:
            self._refuse(proposal, against)
        else:
            if draft.group not in self._off or against.replacements:
                self._off[draft.group] = against
            self._proposals.append(proposal)

    def _refuse(self, proposal: _Proposal, against: Objection) -> None:
        for one in against.replacements:
            replacements.refused(self._project).setdefault(one, []).append(proposal.place)
        reason = f"{proposal.draft.reason}; not changed, because {against.reason}"
        self._left.append(proposal.report(reason, against.advice, against.places))

    def _drop_groups(self) -> None:
        """Refuse groups with a refused part.

        If the objection names places, report only the statements to be removed.
        """
        kept = []
        for proposal in self._proposals:
            against = self._off.get(proposal.draft.group)
            if against is None:
                kept.append(proposal)
            elif proposal.takes_away or not against.places:
                self._refuse(proposal, against)
        self._proposals = kept

    def _drop_unselected(self) -> None:
        """Refuse the groups in which a rule that is not selected has a part."""
        active = {rule.id for rule in self._rules}
        for rule, group in decide.groups(self._project):
            if rule not in active:
                self._off.setdefault(
                    group,
                    Objection(f"a part of the change belongs to {rule}, which is not selected"),
                )
        self._drop_groups()

    # Making changes

    def _made(self) -> dict[str, _Accepted]:
        while True:
            made: dict[str, _Accepted] = {}
            own = grouped((proposal.module.path, proposal) for proposal in self._proposals)
            for path, proposals in own.items():
                changes = [change for proposal in proposals for change in proposal.draft.changes]
                try:
                    made[path] = proposals, lower(proposals[0].module, changes)
                except ConflictError:
                    self._drop(*_first_conflict(proposals))
                    break
            else:
                return made

    def _drop(self, proposal: _Proposal, reason: str) -> None:
        self._proposals.remove(proposal)
        self._refuse(proposal, Objection(reason))
        if proposal.draft.group is not None:
            self._off[proposal.draft.group] = Objection(
                f"another part of it cannot be changed, at {proposal.place}"
            )
            self._drop_groups()


def _first_conflict(own: list[_Proposal]) -> tuple[_Proposal, str]:
    """Return a module's first proposal that conflicts with itself or earlier ones, and why."""
    accepted: list[Change] = []
    for proposal in own:
        try:
            lower(proposal.module, [*accepted, *proposal.draft.changes])
        except ConflictError as why:
            return proposal, str(why)
        accepted += proposal.draft.changes
    raise AssertionError("together they were refused")


# Findings


def _where_read(outcomes: dict[str, Outcome], finding: Finding) -> Finding:
    """Return a finding with its places in the texts as they were read."""
    place, *related = (_back(outcomes, one) for one in (finding.place, *finding.related))
    return dataclasses.replace(finding, place=place, related=tuple(related))


def _as_read(outcomes: dict[str, Outcome], module: Module, offset: int) -> tuple[Module, int]:
    """Return a module as it was read, and an offset of its present text there."""
    outcome = outcomes[module.path]
    for made in reversed(outcome.edits):
        offset = Track(made).back(offset)
    return outcome.module, offset


def _back(outcomes: dict[str, Outcome], place: Place) -> Place:
    """Map a place in a present text to its place in that text as it was read."""
    outcome = outcomes.get(place.path)
    if outcome is None or not outcome.edits:
        return place
    start, end = outcome.now.text.stretch(place)
    module, start = _as_read(outcomes, outcome.now, start)
    return module.place((start, max(start, _as_read(outcomes, module, end)[1])))
