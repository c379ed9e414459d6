"""Describe a point of a program: backends possibly in force, imported files, kept getter values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from compat.codemod.source import Use
from compat.codemod.uses import SetterCall

# the setter that ran last; `None` if none did, and torchaudio's default is in force
Force = SetterCall | None


@dataclasses.dataclass(frozen=True)
class State:
    """The possible states at one point; one object stands for all ways through the program.

    Attributes:
        force: the setters that may be in force.
        loaded: the files that have certainly been imported.
        kept: for each getter call whose value is kept, the setters that may have been in force.
        since: for each of them, the setters that may have run since.
    """

    force: frozenset[Force] = frozenset({None})
    loaded: frozenset[str] = frozenset()
    kept: frozenset[tuple[Use, Force]] = frozenset()
    since: frozenset[tuple[Use, SetterCall]] = frozenset()

    def set(self, setter: SetterCall) -> State:
        """Return the state after a setter."""
        getters = {getter for getter, _ in self.kept}
        return dataclasses.replace(
            self,
            force=frozenset({setter}),
            since=self.since | {(getter, setter) for getter in getters},
        )

    def keep(self, getter: Use) -> State:
        """Return the state after the getter's value is kept."""
        kept = {one for one in self.kept if one[0] is not getter} | {
            (getter, force) for force in self.force
        }
        since = {one for one in self.since if one[0] is not getter}
        return dataclasses.replace(self, kept=frozenset(kept), since=frozenset(since))

    def restore(self, getter: Use, setter: SetterCall) -> State:
        """Return the state after a setter has restored a kept value."""
        force = frozenset(force for one, force in self.kept if one is getter)
        kept = frozenset(one for one in self.kept if one[0] is not getter)
        since = {one for one in self.since if one[0] is not getter} | {
            (one, setter) for one, _ in kept
        }
        return dataclasses.replace(self, force=force, kept=kept, since=frozenset(since))


def joined(*states: State | None) -> State | None:
    """Return the state where several ways meet; ``None`` stands for a way that is not taken."""
    found = None
    for one in states:
        if found is None or one is None or one is found:
            found = found if one is None else one
        else:
            found = State(
                found.force | one.force,
                found.loaded & one.loaded,
                found.kept | one.kept,
                found.since | one.since,
            )
    return found


def repeated(state: State | None, step: Callable[[Any], State | None]) -> State | None:
    """Return the state after any number of rounds."""
    while (after := joined(state, step(state))) != state:
        state = after
    return state
