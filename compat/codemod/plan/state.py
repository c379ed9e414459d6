"""Describe a point of a program, the ways out of a block, and what all programs show together."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from compat.codemod.plan.marks import Pin, Site
from compat.codemod.source import Module, NotProvableError, Use
from compat.codemod.uses import SetterCall

# the setter that ran last; `None` if none did, and torchaudio's default is in force
Force = SetterCall | None
WAYS_OUT = ("return", "raise", "break", "continue")


class State(NamedTuple):
    """The possible states at one point; one object stands for all ways through the program.

    Attributes:
        force: the setters that may be in force.
        loaded: the files that have certainly been imported.
        kept: for each getter call whose value is kept, the setters that may have been in force.
    """

    force: frozenset[Force] = frozenset({None})
    loaded: frozenset[str] = frozenset()
    kept: frozenset[tuple[Use, frozenset[Force]]] = frozenset()

    def keep(self, getter: Use) -> State:
        """Return the state after the getter's value is kept."""
        return self._replace(kept=self.without(getter) | {(getter, self.force)})

    def without(self, getter: Use) -> frozenset[tuple[Use, frozenset[Force]]]:
        """Return what is kept of other getters."""
        return frozenset(one for one in self.kept if one[0] is not getter)

    def keeping(self, before: State) -> State:
        """Return the state after a function, whose own variables keep nothing any more."""
        return self if self.kept == before.kept else self._replace(kept=before.kept)


def joined(*states: State | None) -> State | None:
    """Return the state where several ways meet; ``None`` stands for a way that is not taken."""
    found = None
    for one in states:
        if found is None or one is None:
            found = found if one is None else one
        elif one is not found and one != found:
            found = State(
                found.force | one.force,
                found.loaded & one.loaded,
                found.kept | one.kept,
            )
    return found


def repeated(state: State | None, step: Callable[[Any], State | None]) -> State | None:
    """Return the state after any number of rounds."""
    while (after := joined(state, step(state))) != state:
        state = after
    return state


class Ways:
    """The ways out of a block, with the state in which each is taken; and of a function, pauses."""

    def __init__(self) -> None:
        self._left: dict[str, State | None] = dict.fromkeys((*WAYS_OUT, "pause"))

    def take(self, way: str, state: State | None) -> None:
        """Note the state in which a block is left in some way."""
        self._left[way] = joined(self._left[way], state)

    @contextlib.contextmanager
    def caught(self, *ways: str) -> Iterator[dict[str, State | None]]:
        """Collect the states in which the code within is left in these ways."""
        found: dict[str, State | None] = dict.fromkeys(ways)
        outer = {way: self._left[way] for way in ways}
        self._left.update(found)
        yield found
        found.update((way, self._left[way]) for way in ways)
        self._left.update(outer)


@dataclasses.dataclass(frozen=True)
class Program:
    """One way to start.

    Attributes:
        is_script: the file itself is run.
        as_module: it is run by ``python -m``, which imports the packages around it first.
        function: the function that a console script calls after the import.
    """

    module: Module
    is_script: bool = False
    as_module: bool = False
    function: str = ""


@dataclasses.dataclass
class Evidence:
    """What all programs show together.

    Attributes:
        force: for each site and pin, the setters that may be in force there, each with a program.
        doubts: for sites, pins and setters, why a program that runs them is not fully visible.
        between: for each getter whose value is kept, the setters that may run until it is restored.
        instead: for each attempt, the setters that may be in force only because it failed.
        ran: the setters that run in some program.
        kept: for each getter whose value is kept, what may be in force there.
    """

    force: dict[Site | Pin, dict[Force, Program]] = dataclasses.field(
        default_factory=lambda: defaultdict(dict)
    )
    doubts: dict[Site | Pin | SetterCall, NotProvableError] = dataclasses.field(
        default_factory=dict
    )
    between: dict[Use, set[SetterCall]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    instead: dict[SetterCall, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    ran: set[SetterCall] = dataclasses.field(default_factory=set)
    kept: dict[Use, set[Force]] = dataclasses.field(default_factory=lambda: defaultdict(set))

    def note_between(self, state: State, setters: Iterable[Force]) -> None:
        """Note that setters may run while the values of getters are kept."""
        for getter, _ in state.kept:
            self.between[getter].update(filter(None, setters))
