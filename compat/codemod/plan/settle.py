"""Settle for 2.1 and 2.2: name the backend in each call where it is certain, and remove setters.

A setter is removed once it governs no other call.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
from collections import defaultdict

from compat.codemod.plan import choices, giving, holding, naming, programs, removal
from compat.codemod.plan.marks import Pin
from compat.codemod.plan.naming import Named
from compat.codemod.plan.part import RESTORE, SAME_FILE, VARIABLE, Part
from compat.codemod.plan.programs import Evidence
from compat.codemod.plan.removal import Shown
from compat.codemod.plan.restore_pairs import Restore, restores
from compat.codemod.plan.sites import Site
from compat.codemod.rewrite import Change, Remove, Substitute
from compat.codemod.source import NotProvableError
from compat.codemod.uses import SetterCall, setter_calls
from compat.codemod.uses.observed import Observed, never_failed

_WITH_TRACE = "In the trace each call under it was served by one backend: --observed names it there, and deletes the setter."
_WITH_ATTRIBUTE = f"--observed names the backend in the calls that the trace has. The others never ran; it has them read {holding.READ}."


def settle(part: Part) -> None:
    """Propose what is certain, and report for each setter that stays the reason."""
    try:
        evidence = programs.evidence(part.project, part.modules)
    except NotProvableError as why:
        for setter in part.setters:
            part.say_of(setter, why, VARIABLE if naming.is_unread(part, setter) else "")
        return
    traces = part.project.observed
    if traces is None or traces.applied:
        _Settlement(part, evidence, traces).propose()
        return
    _Settlement(part, evidence, could_be=_Settlement(part, evidence, traces).settled()).propose()


@dataclasses.dataclass(eq=False)
class _Unit:
    """What is removed together or stays together.

    It is one setter, the arms of a choice, or a setter with the one that restores.
    """

    setters: list[SetterCall]
    restore: Restore | None = None


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
        self._changes: dict[Site, list[Change]] = {}
        # setter -> why it stays
        self._stays: dict[SetterCall, NotProvableError] = {}
        # what an attribute of torchaudio settles: calls that never ran, and all setters left
        self._reading: dict[Site, list[Change]] = {}
        self._setting: dict[SetterCall, list[Change]] = {}
        self._units = _units(part)

    def propose(self) -> None:
        self.settled()._write()

    def settled(self) -> _Settlement:
        """Return itself, with all decided and nothing proposed."""
        self._name_sites()
        self._keep_setters()
        if self._traces is not None:
            with contextlib.suppress(NotProvableError):
                self._hold()
        return self

    def _name_sites(self) -> None:
        for place, forces in self._evidence.force.items():
            setters = [force for force in forces if force is not None]
            try:
                if isinstance(place, Pin):
                    raise place.why
                if place in self._evidence.doubts:
                    raise self._evidence.doubts[place]
                if setters:
                    named = naming.of(self._part, self._evidence, place, self._traces)
                    self._changes[place] = giving.changes(
                        self._part, place, named.value, named.backend
                    )
                    self._named[place] = named
            except NotProvableError as why:
                for setter in setters:
                    self._stays.setdefault(setter, why)

    def _keep_setters(self) -> None:
        for setter in self._part.setters:
            if setter not in self._evidence.ran:
                self._stays.setdefault(setter, NotProvableError("no program is seen to run this"))
            if setter in self._evidence.doubts:
                self._stays.setdefault(setter, self._evidence.doubts[setter])
        for unit in self._units:
            for setter in unit.setters:
                try:
                    if unit.restore is None or setter is not unit.restore.back:
                        removal.may_go(self._part, setter, self._shown(setter))
                    if unit.restore is not None:
                        _is_own(self._part, unit.restore)
                except NotProvableError as why:
                    if (
                        self._traces is None or setter not in self._stays
                    ):  # else a call says what the trace has
                        self._stays[setter] = why
        changed = True
        while changed:
            changed = sum(self._keep_unit(unit) for unit in self._units) > 0

    def _hold(self) -> None:
        """Have an attribute take the place of all setters that would stay.

        Raises:
            NotProvableError: something besides calls that never ran depends on them.
        """
        guessed = {site for site, named in self._named.items() if named.is_guess}
        staying = set(self._stays)
        staying |= {setter for site in guessed for setter in self._named[site].setters}
        if not staying:
            return
        certain = self._named.keys() - guessed
        reading = holding.sites(self._part, self._evidence, staying, certain)
        served = frozenset(self._named[site].backend for site in certain)
        setting: dict[SetterCall, list[Change]] = {}
        for unit in self._units:
            if staying.isdisjoint(unit.setters):
                continue
            pair = unit.restore
            tried = unit.setters[0].where == "try"
            for one in unit.setters[: 1 if tried else None]:
                if pair is None or one is not pair.back:
                    setting[one] = [holding.setter(self._part, one, served)]
            if pair is not None:
                setting[pair.set] = [*setting.get(pair.set, ()), *holding.restored(pair)]
        self._reading, self._setting = reading, setting
        self._named = {site: self._named[site] for site in certain}

    def _shown(self, setter: SetterCall) -> Shown:
        """Return what traces show of a setter, beside what reading does."""
        if self._traces is None:
            return Shown()
        lines = self._part.project.recorded(setter.module, setter.call, "set_audio_backend")
        governed = [
            place in self._named
            for place, forces in self._evidence.force.items()
            if setter in forces
        ]
        return Shown(never_failed(lines), all(governed))

    def _is_confirmed(self, unit: _Unit) -> bool:
        """Return whether traces show what an attempt to set a backend came to."""
        shown = [self._shown(one) for one in unit.setters]
        return all(one.governs_named for one in shown) or shown[0].never_failed

    def _keep_unit(self, unit: _Unit) -> bool:
        """Keep a whole unit if a part of it stays; return whether that keeps any further setter."""
        needed = {*unit.setters}
        if unit.restore is not None:
            needed |= self._evidence.between[unit.restore.back]
        why = next((self._stays[one] for one in needed if one in self._stays), None)
        new = [one for one in unit.setters if why is not None and one not in self._stays]
        for one in new:
            assert why is not None
            self._stays[one] = why
        return bool(new)

    def _write(self) -> None:
        part, groups = self._part, self._groups()
        unsafe = {groups[site] for site, named in self._named.items() if named.is_guess}
        for site, named in self._named.items():
            group = groups[site]
            rule = RESTORE if self._is_restored(named.setters) else part.rule_of(named.setters[0])
            recorded = (
                f"; {named.backend} served it in all {named.calls} recorded calls"
                if named.calls
                else ""
            )
            part.propose_site(
                rule, site, self._changes[site], group, unsafe=group in unsafe, recorded=recorded
            )
        self._write_held(groups)
        for unit in self._units:
            if not self._setting.keys().isdisjoint(unit.setters):
                continue
            if any(one in self._stays for one in unit.setters):
                self._say(unit)
            else:
                self._remove(unit, groups[unit.setters[0]], unsafe)

    def _write_held(self, groups: dict[Site | SetterCall, int]) -> None:
        said = f"; the trace has no call of it: it reads {holding.READ}"
        for site, changes in self._reading.items():
            self._part.propose_site(SAME_FILE, site, changes, groups[site], recorded=said)
        for one, changes in self._setting.items():
            rule = self._part.rule_of(one)
            self._part.propose(rule, one, changes, groups[one], also=one.asked)

    def _is_restored(self, setters: list[SetterCall]) -> bool:
        return any(unit.restore is not None and setters[0] in unit.setters for unit in self._units)

    def _remove(self, unit: _Unit, group: int, unsafe: set[int]) -> None:
        part, first = self._part, unit.setters[0]
        held = group in unsafe or (first.where == "try" and not self._is_confirmed(unit))
        if unit.restore is not None:
            part.propose(
                RESTORE,
                first,
                unit.restore.changes(),
                group,
                also=(unit.restore.getter, unit.restore.back.use),
                unsafe=held,
            )
        elif (choice := choices.constant(part, first)) is not None:
            used = any(
                named.value == choice.name
                for named in self._named.values()
                if set(named.setters) & set(unit.setters)
            )
            new: Change = (
                Substitute(first.region, f"{choice.name} = {choice.value}")
                if used
                else Remove(first.region)
            )
            part.propose(part.rule_of(first), first, [new], group, unsafe=held)
        else:
            for one in unit.setters:
                rule = part.rule_of(one)
                part.propose(rule, one, [removal.change(one)], group, also=one.asked, unsafe=held)

    def _say(self, unit: _Unit) -> None:
        for setter in unit.setters:
            if unit.restore is not None and setter is not unit.restore.set:
                continue
            if setter.where == "guarded" and not self._is_missed(setter):
                continue
            why, rule = self._said_of(setter), ""
            if unit.restore is not None:
                rule = RESTORE
            elif naming.is_unread(self._part, setter):
                rule = VARIABLE
            self._part.say_of(setter, why, rule)

    def _said_of(self, setter: SetterCall) -> NotProvableError:
        """Return why a setter stays; with traces that are only reported, what they show."""
        if self._could_be is None:
            return self._stays[setter]
        why = self._could_be._stays.get(setter)
        if why is not None and setter in self._could_be._setting:
            return NotProvableError(why.reason, why.related, _WITH_ATTRIBUTE)
        if why is not None:
            return why
        why = self._stays[setter]
        return NotProvableError(why.reason, why.related, _WITH_TRACE)

    def _is_missed(self, setter: SetterCall) -> bool:
        """Return whether a call under a guarded setter is left that no other rule reports."""
        places = (place for place, forces in self._evidence.force.items() if setter in forces)
        return any(place not in self._named for place in places) and not setter_calls.lacks_new_arm(
            setter
        )

    def _groups(self) -> dict[Site | SetterCall, int]:
        """Return a group number for each site and removed setter; those that interact share it."""
        groups: dict[Site | SetterCall, int] = {}
        members: dict[int, list[Site | SetterCall]] = defaultdict(list)

        def join(*those: Site | SetterCall) -> None:
            number = self._part.new_group()
            for old in {groups[one] for one in those if one in groups}:
                members[number] += members.pop(old)
            members[number] += [one for one in those if one not in groups]
            for one in members[number]:
                groups[one] = number

        gone = {one for one in self._part.setters if one not in self._stays} | self._setting.keys()
        for site, named in self._named.items():
            join(site, *(one for one in named.setters if one in gone))
        for unit in self._units:
            between = self._evidence.between[unit.restore.back] if unit.restore is not None else ()
            join(*unit.setters, *between)
        join(*self._reading, *self._setting)
        return groups


def _units(part: Part) -> list[_Unit]:
    found, taken = [], set()
    for module in part.modules:
        for pair in restores(module):
            own = list(dict.fromkeys((pair.set, pair.back)))
            if all(one in part.setters for one in own):
                found.append(_Unit(own, pair))
                taken |= set(own)
    regions: dict[int, list[SetterCall]] = defaultdict(list)
    for setter in part.setters:
        if setter not in taken:
            whole = setter.region if choices.constant(part, setter) else removal.what_goes(setter)
            regions[id(whole)].append(setter)
    return [*found, *(_Unit(own) for own in regions.values())]


def _is_own(part: Part, restore: Restore) -> None:
    """Raise if another file may read the kept value."""
    saved = restore.saved.targets[0] if isinstance(restore.saved, ast.Assign) else None
    module = restore.set.module
    if (
        module.function_of(restore.saved) is None
        and isinstance(saved, ast.Name)
        and part.project.is_exported(module, saved.id)
    ):
        raise NotProvableError(f"{saved.id} is imported by another file")
