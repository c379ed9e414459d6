"""Describe a point of a program: backends possibly in force, imported files, kept getter values."""

from __future__ import annotations

import dataclasses

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


def joined(one: State | None, other: State | None) -> State | None:
    """Return the state where two ways meet; ``None`` stands for a way that is not taken."""
    if one is None or other is None or one is other:
        return other if one is None else one
    return State(
        one.force | other.force,
        one.loaded & other.loaded,
        one.kept | other.kept,
        one.since | other.since,
    )
