"""Settle for 2.1 and 2.2: name the backend in each call where it is certain, and remove setters.

A setter is removed once it governs no other call.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping

from compat.codemod.plan import giving, holding, naming, programs, removal, unseen
from compat.codemod.plan.holding import Held
from compat.codemod.plan.marks import Pin, Site
from compat.codemod.plan.naming import Named
from compat.codemod.plan.part import RESTORE, VARIABLE, Part
from compat.codemod.plan.removal import Unit
from compat.codemod.plan.restore_pairs import Restore, restores
from compat.codemod.plan.state import Evidence
from compat.codemod.rewrite import Change, Remove
from compat.codemod.source import NotProvableError, Use
from compat.codemod.uses import SetterCall, reads, setter_calls
from compat.codemod.uses.observed import Observed, never_failed

_LOADED = "no call is known to depend on it, and code that is not followed may load this file"
_SETS_OTHER = "code that is not followed may load a file that sets another backend"
_WITH_TRACE = (
    "In the trace each call under it was served by one backend: --observed names it there, "
    "and deletes the setter."
)
_WITH_ATTRIBUTE = (
    "--observed names the backend in the calls that the trace has. The other calls "
    f"never ran; --observed makes them read {holding.READ}."
)


def settle(part: Part) -> None:
    """Propose what is certain, and report for each setter that stays the reason."""
    try:
        evidence = programs.evidence(part.project, part.modules)
    except NotProvableError as why:
        for setter in part.setters:
            part.say_of(setter, why, VARIABLE if naming.is_unread(part, setter) else "")
        return
    traces, could_be = part.project.observed, None
    if traces is not None and not traces.applied:
        traces, could_be = None, _Settlement(part, evidence, traces)
    _Settlement(part, evidence, traces, could_be).propose()


class _Settlement:
    """What is named, and what stays.

    Args:
        part: the modules that run together.
        evidence: what their programs show.
        traces: what was recorded, if changes may rely on it.
        could_be: the same settlement with traces, if it is only to be reported.
    """

    def __init__(
        self,
        part: Part,
        evidence: Evidence,
        traces: Observed | None = None,
        could_be: _Settlement | None = None,
    ) -> None:
        self._part, self._evidence, self._traces, self._could_be = part, evidence, traces, could_be
        self._named: dict[Site, Named] = {}
        # setter -> why it stays
        self._stays: dict[SetterCall, NotProvableError] = {}
        self._held = Held()
        self._units = _units(part)
        self._name_sites()
        self._keep_setters()
        if traces is not None:
            self._hold()

    def _name_sites(self) -> None:
        for place, forces in self._evidence.force.items():
            try:
                if isinstance(place, Pin):
                    raise place.why
                if place in self._evidence.doubts:
                    raise self._evidence.doubts[place]
                if any(forces):
                    named = naming.of(self._part, self._evidence, place, self._traces)
                    changes = giving.changes(self._part, place, named.value, named.backend)
                    self._named[place] = dataclasses.replace(named, changes=changes)
            except NotProvableError as why:
                new = forces.keys() - self._stays.keys() - {None}
                self._stays |= dict.fromkeys(filter(None, new), why)

    def _keep_setters(self) -> None:
        used = set().union(*self._evidence.force.values())
        used |= {unit.restore.back for unit in self._units if unit.restore is not None}
        for setter in self._part.setters:
            if setter not in self._evidence.ran:
                self._stays.setdefault(setter, NotProvableError("no known program runs this"))
            if setter not in used and unseen.may_be_loaded(self._part.project, setter.module):
                self._stays.setdefault(setter, NotProvableError(_LOADED))
                self._doubt_others(setter)
            if setter in self._evidence.doubts:
                self._stays.setdefault(setter, self._evidence.doubts[setter])
        for unit in self._units:
            for setter in unit.setters:
                try:
                    if unit.restore is None or setter is not unit.restore.back:
                        worked, named = self._shown(setter)
                        removal.may_go(self._part, setter, never_failed=worked, governs_named=named)
                except NotProvableError as why:
                    # with a trace, a call says what the trace has
                    if self._traces is None or setter not in self._stays:
                        self._stays[setter] = why
            if unit.restore is not None and (read := _read_elsewhere(self._part, unit.restore)):
                found = filter(None, self._evidence.kept[unit.restore.getter])
                self._stays = {**dict.fromkeys((*unit.setters, *found), read), **self._stays}
        while sum(self._keep_unit(unit) for unit in self._units):
            pass
        self._named = {
            site: one
            for site, one in self._named.items()
            if not one.is_constant or self._stays.keys().isdisjoint(one.setters)
        }

    def _doubt_others(self, loaded: SetterCall) -> None:
        """Name no other backend than that of a setter which may run at any time."""
        why = NotProvableError(_SETS_OTHER, [loaded.module.place(loaded.call)])
        backend = self._part.names[loaded] or self._part.project.backend
        for site in [site for site, named in self._named.items() if named.backend != backend]:
            for setter in self._named.pop(site).setters:
                self._stays.setdefault(setter, why)

    def _hold(self) -> None:
        """Have an attribute take the place of all setters that would stay, if it can."""
        certain = {site: named for site, named in self._named.items() if not named.is_guess}
        guessed = (named for site, named in self._named.items() if site not in certain)
        staying = {*self._stays, *(setter for named in guessed for setter in named.setters)}
        with contextlib.suppress(NotProvableError):
            self._held = holding.held(self._part, self._evidence, staying, certain, self._units)
            self._named = certain

    def _shown(self, setter: SetterCall) -> tuple[bool, bool]:
        """Return whether traces have a setter without a failure, and name all calls under it."""
        if self._traces is None:
            return False, False
        lines = self._part.project.recorded(setter.module, setter.call, "set_audio_backend")
        return never_failed(lines), self._names_all_under(setter)

    def _names_all_under(self, setter: SetterCall) -> bool:
        forces = self._evidence.force
        return all(place in self._named for place in forces if setter in forces[place])

    def _keep_unit(self, unit: Unit) -> bool:
        """Keep a whole unit if a part of it stays; return whether that keeps any further setter."""
        needed = {*unit.setters}
        if unit.restore is not None:
            needed |= self._evidence.between[unit.restore.getter]
        why = next(filter(None, map(self._stays.get, needed)), None)
        new = [one for one in unit.setters if why is not None and one not in self._stays]
        self._stays |= {one: why for one in new if why is not None}
        return bool(new)

    def propose(self) -> None:
        """Propose what is certain, and report the rest."""
        part, held = self._part, self._held
        going = {one for one in part.setters if one not in self._stays} | held.setting.keys()
        groups = _groups(part, self._evidence, self._named, going, self._units, held)
        unsafe = {groups[site] for site, named in self._named.items() if named.is_guess}
        restored = {one for unit in self._units if unit.restore for one in unit.setters}
        for site, named in self._named.items():
            group, first = groups[site], named.setters[0]
            rule = RESTORE if first in restored else part.rule_of(first)
            recorded = (
                f"; {named.backend} served it in all {named.calls} recorded calls"
                if named.calls
                else ""
            )
            part.propose_site(
                rule, site, named.changes, group, unsafe=group in unsafe, recorded=recorded
            )
        held.propose(part, groups)
        for unit in self._units:
            if not self._held.setting.keys().isdisjoint(unit.setters):
                continue
            if any(one in self._stays for one in unit.setters):
                self._say(unit)
            else:
                self._remove(unit, groups[unit.setters[0]], unsafe)

    def _remove(self, unit: Unit, group: int, unsafe: set[int]) -> None:
        part, first = self._part, unit.setters[0]
        # traces may show what an attempt to set a backend came to
        shown = [self._shown(one) for one in unit.setters]
        is_confirmed = shown[0][0] or all(names_all for _, names_all in shown)
        unsafe_too = group in unsafe or (first.where == "try" and not is_confirmed)
        rows: list[tuple[SetterCall, Iterable[Change], Iterable[Use]]]
        rows = [(one, [removal.change(one)], one.asked) for one in unit.setters]
        if unit.restore is not None:
            uses = unit.restore.getter, unit.restore.back.use
            rows = [(first, unit.restore.changes(), uses)]
        elif (choice := naming.choice_of(part.project, first)) is not None:
            named = (one for one in self._named.values() if first in one.setters)
            is_read = any(one.is_constant for one in named)
            constant = f"{choice.name} = {choice.value}" if is_read else ""
            rows = [(first, [Remove(first.region, constant)], ())]
        for setter, changes, also in rows:
            rule = RESTORE if unit.restore is not None else part.rule_of(setter)
            part.propose(rule, setter, changes, group, also=also, unsafe=unsafe_too)

    def _say(self, unit: Unit) -> None:
        for setter in unit.setters:
            if unit.restore is not None and setter is not unit.restore.set:
                continue
            if setter.where == "guarded" and (
                self._names_all_under(setter) or setter_calls.lacks_new_arm(setter)
            ):
                continue  # no call under it is left that no other rule reports
            why, rule = self._said_of(setter), ""
            if unit.restore is not None:
                rule = RESTORE
            elif naming.is_unread(self._part, setter):
                rule = VARIABLE
            self._part.say_of(setter, why, rule)

    def _said_of(self, setter: SetterCall) -> NotProvableError:
        """Return why a setter stays; with traces that are only reported, what they show."""
        why = self._stays[setter]
        if self._could_be is None:
            return why
        still = self._could_be._stays.get(setter)
        if still is None:
            return NotProvableError(why.reason, why.related, _WITH_TRACE)
        held = setter in self._could_be._held.setting
        return NotProvableError(still.reason, still.related, _WITH_ATTRIBUTE) if held else still


def _groups(
    part: Part,
    evidence: Evidence,
    named: Mapping[Site, Named],
    going: set[SetterCall],
    units: list[Unit],
    held: Held,
) -> dict[Site | SetterCall, int]:
    """Return a group number for each site and setter that goes; those that interact share it."""
    groups: dict[Site | SetterCall, int] = {}

    def join(*those: Site | SetterCall) -> None:
        old = set(map(groups.get, those)) - {None}
        members = [one for one, group in groups.items() if group in old] if len(old) > 1 else ()
        number = old.pop() if len(old) == 1 else next(part.groups)
        groups.update(dict.fromkeys((*members, *those), number))

    for site, by in named.items():
        join(site, *going.intersection(by.setters))
    for unit in units:
        between = evidence.between[unit.restore.getter] if unit.restore is not None else ()
        join(*unit.setters, *between)
    join(*held.reading, *held.setting)
    return groups


def _units(part: Part) -> list[Unit]:
    found, taken = [], set()
    for module in part.modules:
        for pair in restores(module):
            own = list(dict.fromkeys((pair.set, pair.back)))
            if all(one in part.names for one in own):
                found.append(Unit(own, pair))
                taken |= set(own)
    regions: dict[int, list[SetterCall]] = defaultdict(list)
    for setter in part.setters:
        if setter not in taken:
            is_choice = naming.choice_of(part.project, setter) is not None
            whole = setter.region if is_choice else removal.what_goes(setter)
            regions[id(whole)].append(setter)
    return [*found, *(Unit(own) for own in regions.values())]


def _read_elsewhere(part: Part, pair: Restore) -> NotProvableError | None:
    """Return why code that is not seen may read the kept value, if it may."""
    try:
        for saved in pair.saved.targets if isinstance(pair.saved, ast.Assign) else ():
            if isinstance(saved, ast.Name):
                reads.seen(part.project, pair.set.module, saved)
    except NotProvableError as why:
        return why
    return None
