"""Follow one program from its start; note which setters may be in force where a backend is used.

Everything unknown counts as possible: both outcomes of a condition, any number of rounds of a loop,
an error after any statement. A function passed to code outside the project, and each method of a
class that is used, may run at any later moment when such code runs.
"""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from compat.codemod.plan.code import Code
from compat.codemod.plan.effects import Effects, Handed
from compat.codemod.plan.marks import Pin, Site
from compat.codemod.plan.state import (
    WAYS_OUT,
    Evidence,
    Force,
    Program,
    State,
    Ways,
    joined,
)
from compat.codemod.source import Module, NotProvableError, noted
from compat.codemod.uses import SetterCall

# Of one program: less than a second.
_MOST_STEPS = 20_000
_MORE_WHERE_ALL_RUN = 20
# Follows one kind of node: the execution, the module, the node and the state before it.
Visit = Callable[["Execution", Module, Any, State], State | None]
# At all other nodes, Python may call methods with special names.
_PLAIN = (ast.Expr, ast.Call, ast.Name, ast.Return, ast.FunctionDef)


# The state in which a call or a moment ends, and what may be so where it fails.
Outcome = tuple[State | None, State | None]


class TooLongError(Exception):
    """A program is too long to be followed."""


class Rounds:
    """What calls, and moments at which foreign code runs, come to.

    Attributes:
        sure: what is known for sure, by what identifies a call and the state before it.
    """

    def __init__(self) -> None:
        self.sure: dict[object, Outcome] = {}
        self._so_far: dict[object, Outcome] = {}
        # Those on their way, those that this round has come to, and whether it is to be the last.
        self._open: set[object] = set()
        self._round: set[object] = set()
        self._met_open = self._grown = False

    def outcome(self, key: object, least: Outcome, follow: Callable[[], Outcome]) -> Outcome:
        """Return the outcome of a call; of one on its way, what it has come to so far."""
        is_outermost = not self._open
        while key not in self.sure and (is_outermost or key not in self._round):
            if is_outermost:
                self._round.clear()
                self._met_open = self._grown = False
            self._round.add(key)
            self._open.add(key)
            before = self._so_far.setdefault(key, least)
            after, failed = follow()
            self._open.discard(key)
            self._so_far[key] = joined(before[0], after), joined(before[1], failed)
            self._grown |= self._so_far[key] != before
            if is_outermost and not (self._met_open and self._grown):
                self.sure.update((one, self._so_far[one]) for one in self._round)
        self._met_open |= key in self._open
        return self.sure.get(key) or self._so_far[key]


class Execution:
    """The progress of one program.

    Args:
        evidence: where it notes what it shows.
        program: the program.
        effects: what the functions of the project do.
        visits: how each kind of node is followed; for others, only their parts.
        setters: what may be in force once code has run that is not followed.
        all_run: whether any function may run at each moment when code runs that is not followed.

    Attributes:
        force: for each site and pin, what may be in force there.
        setters: those that ran.
        ran: the functions that ran.
        anywhere: what may be in force at a moment at which any function of the project may run.
        setting: the modules after whose import some setter has surely run.
        defined: what may have been in force when a function was defined.
        bound_by: what was in force when an import bound a name of a module.
        loaded: the modules that it has run.
        handed: what code that is not followed may call.
        ways: the ways out of what it is at.
        script: the module that is run as a script.
    """

    def __init__(
        self,
        evidence: Evidence,
        program: Program,
        effects: Effects,
        visits: Mapping[type[ast.AST], Visit],
        setters: frozenset[Force],
        *,
        all_run: bool = False,
    ) -> None:
        self.evidence: Evidence = evidence
        self.effects: Effects = effects
        self.code: Code = effects.code
        self._program, self._visits, self._setters = program, visits, setters
        self.force: dict[Site | Pin, set[Force]] = defaultdict(set)
        self.setters: set[SetterCall] = set()
        self.ran: set[ast.AST] = set()
        self.anywhere: set[frozenset[Force]] = set()
        self._doubt: NotProvableError | None = None
        self.loaded: dict[Module, None] = {}
        self.script: Module | None = None
        self._importing: list[Module] = []
        self.ways: Ways = Ways()
        self.handed: Handed = Handed(effects, all_run=all_run)
        self.setting: set[Module] = set()
        self.defined: dict[ast.AST, frozenset[Force]] = {}
        self.bound_by: dict[tuple[Module, str], set[Force]] = defaultdict(set)
        self.all_run: bool = all_run
        self._steps_left = _MOST_STEPS * (_MORE_WHERE_ALL_RUN if all_run else 1)
        self._rounds = Rounds()

    def run(self, module: Module, state: State) -> State:
        """Run a file's statements."""
        self.loaded[module] = None
        self._doubt = self._doubt or self.effects.marks(module).doubt
        return self.block(module, module.tree.body, state) or state

    def run_as(self, module: Module, state: State, script: Module | None = None) -> State:
        """Run a file by an import, or as the script if it is that."""
        before, self.script = self.script, script
        self._importing.append(module)
        after = self.run(module, state)
        self._importing.pop()
        self.script = before
        return after

    def load(self, module: Module, state: State) -> State:
        """Import a file, with the packages around it."""
        for one in (*self.code.packages(module.path), module):
            # one that was taken out of sys.modules meanwhile may come to its own import again
            if one.path not in state.loaded and self._importing.count(one) < 2:
                again = one in self.loaded  # it has run on another way through the program
                before = state._replace(loaded=state.loaded | {one.path})
                after = self.run_as(one, before)
                state = (joined(before, after) if again else after) or before
        return state

    def end(self) -> None:
        """Tell what it shows; functions bound by an import keep what was in force then."""
        for place, forces in self.force.items():
            told = self.evidence.force[place]
            new = (forces | bound(self, place)) - told.keys()
            told |= dict.fromkeys(filter(new.__contains__, _in_order(self.effects)), self._program)
        self.evidence.ran |= self.setters
        if self._doubt is not None:
            doubted = dict.fromkeys((*self.force, *self.setters), self._doubt)
            self.evidence.doubts = doubted | self.evidence.doubts

    def visit(self, module: Module, node: ast.AST | None, state: State | None) -> State | None:
        """Follow a node; return the state after it, or ``None`` if it leads elsewhere."""
        if node is None or state is None or self.changes_nothing(module, node, state):
            return state
        self._steps_left -= 1
        self.effects.steps += 1
        if not self._steps_left:
            raise TooLongError
        if self.handed.sets_unseen or "__del__" in self.handed.special:
            state = self.others_run(state)
        own = self.effects.marks(module)
        if (place := own.sites.get(node) or own.pins.get(node)) is not None:
            is_bound = isinstance(place, Site) and place in own.bound_by
            self.force[place] |= frozenset() if is_bound else state.force
            if isinstance(place, Pin) and place.lasts:
                self.force[place] |= self.effects.setters
            return state
        after = self._visits.get(type(node), Execution.children)(self, module, node, state)
        return after if isinstance(node, _PLAIN) else self.felt(after)

    def children(self, module: Module, node: ast.AST | None, state: State | None) -> State | None:
        """Follow the parts of a node in the order of the text."""
        for part in self.effects.parts(module, node) if node is not None else ():
            state = self.visit(module, part, state)
        return state

    def block(self, module: Module, body: list[ast.stmt], state: State | None) -> State | None:
        """Follow statements, each of which may fail before and after what it does."""
        own, taken = self.effects.marks(module), None
        for one in body:
            before, after = own.may_fail(one)
            if before and state is not taken:
                self.ways.take("raise", taken := state)
            state = self.visit(module, one, state)
            if after and state is not taken:
                self.ways.take("raise", taken := state)
        return state

    def changes_nothing(self, module: Module, node: ast.AST, state: State) -> bool:
        """Return whether code leads to nothing that matters.

        What others run meanwhile must be known to leave the state as it is.
        """
        if node in self.effects.leading(module):
            return False
        if self.all_run:
            return not state.kept and state.force in self.anywhere
        sure, same = self._rounds.sure, ((state, None), (state, state))
        return not self.handed.functions or sure.get((state, self.handed.count)) in same

    def call(self, module: Module, function: ast.AST, state: State) -> State | None:
        """Call a function by its name, whatever decorates it."""
        key = (function, state, self.handed.count)
        return self._outcome(key, (None, None), lambda: self._body_of(module, function, state))

    def _body_of(self, module: Module, function: Any, state: State) -> Outcome:
        self.ran.add(function)
        with self.ways.caught(*WAYS_OUT, "pause") as left:
            if isinstance(function, ast.Lambda):
                after = self.visit(module, function.body, state)
            elif isinstance(function, ast.GeneratorExp):
                continued = self.after_any_setter(self.others_run(state))
                after = self._visits[ast.ListComp](self, module, function, continued)
            else:
                after = self.block(module, function.body, state)
        ended, failed = joined(after, left["return"], left["pause"]), left["raise"]
        return ended and ended.keeping(state), failed and failed.keeping(state)

    def _outcome(self, key: object, least: Outcome, follow: Callable[[], Outcome]) -> State | None:
        """Return the state after a call or moment; note the state if it fails."""
        after, failed = self._rounds.outcome(key, least, follow)
        self.ways.take("raise", failed)
        return after

    def others_run(self, state: State) -> State:
        """Reach a moment when unfollowed code runs, which may call all functions it was given."""
        if self.all_run:
            state = self.after_any_setter(state)
            self.anywhere.add(state.force)
            return state
        if not self.handed.functions:
            return state
        key = (state, self.handed.count)
        return self._outcome(key, (state, None), lambda: self._moment(state)) or state

    def felt(self, state: State | None) -> State | None:
        """Come to a place at which Python itself may call methods."""
        return self.others_run(state) if state is not None and self.handed.special else state

    def _moment(self, state: State) -> Outcome:
        after, count = state, None
        while (after, self.handed.count) != (state, count):
            state, count = after, self.handed.count
            with self.ways.caught("raise") as left:
                for function, module in list(self.handed.functions.items()):
                    after = joined(after, self.call(module, function, state)) or after
            after = joined(after, left["raise"]) or after  # others may catch it
        return after, after

    def after_any_setter(self, state: State) -> State:
        """Come to a place before which any setter may have run that the program can come to."""
        self.evidence.note_between(state, self._setters)
        if self._setters <= state.force:
            return state
        return state._replace(force=state.force | self._setters)


@noted
def _in_order(effects: Effects) -> list[Force]:
    """Return all that may be in force: nothing, then the setters as they stand in the text."""
    several = (effects.marks(one).setters.values() for one in effects.code.speaking.values())
    return [None, *sorted(itertools.chain(*several), key=lambda one: one.in_text)]


def bound(run: Execution, place: Site | Pin) -> set[Force]:
    """Return the backends in force when an import bound the function of a place, if any."""
    one = run.effects.marks(place.module).bound_by.get(place)
    return set() if one is None else run.bound_by.get((place.module, one.local), set())
