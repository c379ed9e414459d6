"""What may be so at one point of a program: the backend in force, the files imported, the values of the getter that are kept."""

from __future__ import annotations

import dataclasses

from compat.codemod.source import Use
from compat.codemod.uses import SetterCall

# The setter that ran last; ``None`` where none did, and torchaudio's default is in force.
Force = SetterCall | None


@dataclasses.dataclass(frozen=True)
class State:
    """One state stands for several where ways through the program meet.

    Attributes:
        force: what may be in force.
        loaded: the files that have surely been imported.
        kept: for each call of the getter whose value is kept, what may have been in force.
        since: for each of them, the setters that may have run since.
    """

    force: frozenset[Force] = frozenset({None})
    loaded: frozenset[str] = frozenset()
    kept: frozenset[tuple[Use, Force]] = frozenset()
    since: frozenset[tuple[Use, SetterCall]] = frozenset()

    def set(self, setter: SetterCall) -> State:
        """The state after a setter."""
        getters = {getter for getter, _ in self.kept}
        return dataclasses.replace(self, force=frozenset({setter}), since=self.since | {(getter, setter) for getter in getters})

    def keep(self, getter: Use) -> State:
        """The state after the value of the getter is kept."""
        kept = {one for one in self.kept if one[0] is not getter} | {(getter, force) for force in self.force}
        since = {one for one in self.since if one[0] is not getter}
        return dataclasses.replace(self, kept=frozenset(kept), since=frozenset(since))

    def restore(self, getter: Use, setter: SetterCall) -> State:
        """The state after a setter has set again the value that was kept."""
        force = frozenset(force for one, force in self.kept if one is getter)
        kept = frozenset(one for one in self.kept if one[0] is not getter)
        since = {one for one in self.since if one[0] is not getter} | {(one, setter) for one, _ in kept}
        return dataclasses.replace(self, force=force, kept=kept, since=frozenset(since))


def joined(one: State | None, other: State | None) -> State | None:
    """What may be so where two ways meet; ``None`` for a way that is not taken."""
    if one is None or other is None or one is other:
        return other if one is None else one
    return State(one.force | other.force, one.loaded & other.loaded, one.kept | other.kept, one.since | other.since)
