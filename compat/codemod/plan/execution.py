"""Follow one program from its start; note which setters may be in force where a backend is used.

Everything unknown counts as possible: both outcomes of a condition, any number of rounds of a loop,
an error after any statement. A function passed to code outside the project, and each method of a
class that is used, may run at any later moment when such code runs.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from compat.codemod.plan import marks
from compat.codemod.plan.code import Meaning
from compat.codemod.plan.effects import Effects
from compat.codemod.plan.facts import Definition
from compat.codemod.plan.marks import Marks, Pin
from compat.codemod.plan.sites import Site
from compat.codemod.plan.state import Force, State, joined, repeated
from compat.codemod.source import Module, NotProvableError
from compat.codemod.uses import SetterCall

# Of one program: less than a second.
_MOST_STEPS = 20_000
_MORE_WHERE_ALL_RUN = 20
# The ways out of a block, with the state in which each is taken. A generator that pauses goes on.
Ways = dict[str, State | None]
WAYS_OUT = ("return", "raise", "break", "continue")
# The state in which a call or a moment ends, and what may be so where it fails.
_Outcome = tuple[State | None, State | None]
# Follows one kind of node: the execution, the module, the node and the state before it.
Visit = Callable[["Execution", Module, Any, State], State | None]
# What a node is made of, as far as it may run; a statement follows its own blocks.
_PARTS = (ast.expr, ast.keyword, ast.pattern, ast.comprehension, ast.arg)
# Methods with special names that are called where the code shows it.
_CALLED = {"__new__", "__init__", "__post_init__", "__call__", "__enter__", "__exit__"}
# At all other nodes, Python may call methods with special names.
_PLAIN = (ast.Expr, ast.Call, ast.keyword, ast.Name, ast.Attribute, ast.Return, ast.FunctionDef)


@dataclasses.dataclass
class Found:
    """What one program shows.

    Attributes:
        force: for each site and pin, what may be in force there.
        setters: those that ran.
        between: for each setter that puts a kept backend back, the setters that may have run since
            it was kept.
        instead: for each attempt, what may be in force only because it failed.
        anywhere: what may be in force at a moment at which any function of the project may run.
        ran: the functions that ran.
        doubt: why the program is not fully visible.
    """

    force: dict[Site | Pin, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    setters: set[SetterCall] = dataclasses.field(default_factory=set)
    between: dict[SetterCall, set[SetterCall]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    instead: dict[SetterCall, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    anywhere: set[frozenset[Force]] = dataclasses.field(default_factory=set)
    ran: set[ast.AST] = dataclasses.field(default_factory=set)
    doubt: NotProvableError | None = None


class TooLongError(Exception):
    """A program is too long to be followed."""


class Execution:
    """The progress of one program.

    Args:
        effects: what the functions of the project do.
        visits: how each kind of node is followed; for others, only their parts.
        all_run: at each moment at which code runs that is not followed, any function of the project
            may run.

    Attributes:
        found: what it shows.
        loaded: the modules that it has run.
        script: the module that is run as a script.
    """

    def __init__(
        self, effects: Effects, visits: Mapping[type[ast.AST], Visit], *, all_run: bool = False
    ) -> None:
        self.effects, self.code, self._visits = effects, effects.code, visits
        self.found = Found()
        self.loaded: dict[Module, None] = {}
        self.script: Module | None = None
        self._left: Ways = dict.fromkeys((*WAYS_OUT, "pause"))
        # The functions that matter and may be called by code that is not followed.
        self._handed: dict[ast.AST, Module] = {}
        self._handed_meanings: set[Meaning | Definition] = set()
        # The names of those that Python may call by itself.
        self.special: set[str] = set()
        # Whether what was handed out may run after any statement but its own.
        self._at_any_time = False
        self._moments_open = 0
        self._bound: dict[tuple[Module, str], set[Force]] = defaultdict(set)
        self.all_run = False
        self._steps_left = _MOST_STEPS * (_MORE_WHERE_ALL_RUN if all_run else 1)
        if all_run:
            self.let_all_run()
        # What calls, and moments at which foreign code runs, come to: for sure, and so far.
        self._sure: dict[object, _Outcome] = {}
        self._so_far: dict[object, _Outcome] = {}
        # Those on their way, those that this round has come to, and whether it is to be the last.
        self._open: set[object] = set()
        self._round: set[object] = set()
        self._met_open = self._grown = False

    def marks(self, module: Module) -> Marks:
        """Return what matters in a module."""
        return marks.of(self.effects.project, module)

    # Files

    def run(self, module: Module, state: State) -> State:
        """Run a file's statements."""
        self.loaded[module] = None
        self.found.doubt = self.found.doubt or self.marks(module).doubt
        return self.block(module, module.tree.body, state) or state

    def load(self, module: Module, state: State) -> State:
        """Import a file, with the packages around it."""
        for one in (*self.code.packages(module.path), module):
            if one.path not in state.loaded:
                again = one in self.loaded  # it has run on another way through the program
                before = dataclasses.replace(state, loaded=state.loaded | {one.path})
                after = self.run(one, before)
                state = (joined(before, after) if again else after) or before
        return state

    def bind(self, module: Module, name: str, state: State) -> None:
        """Note that an import binds a function, which keeps the backend that is in force."""
        self._bound[module, name] |= state.force

    def bound(self, place: Site | Pin) -> set[Force]:
        """Return the backends in force when an import bound the function of a place, if any."""
        one = self.marks(place.module).bound_by.get(place)
        return set() if one is None else self._bound.get((place.module, one.local), set())

    def end(self) -> None:
        """Settle functions bound by an import: they keep the backend that was in force then."""
        for place, forces in self.found.force.items():
            forces |= self.bound(place)

    # Nodes

    def visit(self, module: Module, node: ast.AST | None, state: State | None) -> State | None:
        """Follow a node; return the state after it, or ``None`` if it leads elsewhere."""
        if node is None or state is None or self._changes_nothing(module, node, state):
            return state
        self._steps_left -= 1
        self.effects.steps += 1
        if not self._steps_left:
            raise TooLongError
        if "__del__" in self.special or (self._at_any_time and not self._moments_open):
            state = self.others_run(state)
        own = self.marks(module)
        if (place := own.sites.get(node) or own.pins.get(node)) is not None:
            return self._at(own, place, state)
        after = self._visits.get(type(node), Execution.children)(self, module, node, state)
        return after if isinstance(node, _PLAIN) else self.felt(after)

    def children(self, module: Module, node: ast.AST | None, state: State | None) -> State | None:
        """Follow the parts of a node in the order of the text."""
        for child in ast.iter_child_nodes(node) if node is not None else ():
            if isinstance(child, _PARTS):
                state = self.visit(module, child, state)
        return state

    def block(
        self, module: Module, statements: Iterable[ast.stmt], state: State | None
    ) -> State | None:
        """Follow statements, each of which may fail before and after what it does."""
        for one in statements:
            self.take("raise", state)
            state = self.visit(module, one, state)
            self.take("raise", state)
        return state

    def _changes_nothing(self, module: Module, node: ast.AST, state: State) -> bool:
        """Return whether code leads to nothing that matters.

        What others run meanwhile must be known to leave the state as it is.
        """
        if node in self.effects.facts(module).leading:
            return False
        if self.all_run:
            return not state.kept and state.force in self.found.anywhere
        outcome = self._sure.get((state, len(self._handed)))
        return not self._handed or outcome in ((state, None), (state, state))

    def _at(self, own: Marks, place: Site | Pin, state: State) -> State:
        """Come to a site or pin; a site bound by an import takes what was in force then."""
        is_bound = isinstance(place, Site) and place in own.bound_by
        lasts = isinstance(place, Pin) and place.lasts
        self.found.force[place] |= frozenset() if is_bound else state.force
        self.found.force[place] |= self.effects.setters if lasts else frozenset()
        return state

    # Ways out

    def take(self, way: str, state: State | None) -> None:
        """Note the state in which a block is left in some way."""
        self._left[way] = joined(self._left[way], state)

    @contextlib.contextmanager
    def caught(self, *ways: str) -> Iterator[Ways]:
        """Collect the states in which the code within is left in these ways."""
        outer, found = {way: self._left[way] for way in ways}, Ways()
        self._left.update(dict.fromkeys(ways))
        yield found
        found.update((way, self._left[way]) for way in ways)
        self._left.update(outer)

    # Calls, and moments when unfollowed code may call functions it was given

    def call(self, module: Module, function: ast.AST, state: State) -> State | None:
        """Call a function by its name, whatever decorates it."""
        key = (function, state, len(self._handed), self.all_run)
        return self._outcome(key, (None, None), lambda: self._body_of(module, function, state))

    def _body_of(self, module: Module, function: Any, state: State) -> _Outcome:
        self.found.ran.add(function)
        with self.caught(*WAYS_OUT, "pause") as left:
            if isinstance(function, ast.Lambda):
                after = self.visit(module, function.body, state)
            elif isinstance(function, ast.GeneratorExp):
                after = self._visits[ast.ListComp](self, module, function, self.continued(state))
            else:
                after = self.block(module, function.body, state)
        return joined(after, left["return"], left["pause"]), left["raise"]

    def _outcome(
        self, key: object, least: _Outcome, follow: Callable[[], _Outcome]
    ) -> State | None:
        """Return the state after a call or moment; note the state if it fails.

        Calls are followed in rounds until a round adds nothing.
        """
        if key in self._sure:
            after, failed = self._sure[key]
        elif key in self._round:
            self._met_open |= key in self._open
            after, failed = self._so_far[key]
        else:
            after, failed = self._followed(key, least, follow)
        self.take("raise", failed)
        return after

    def _followed(self, key: object, least: _Outcome, follow: Callable[[], _Outcome]) -> _Outcome:
        is_outermost = not self._open
        while True:
            if is_outermost:
                self._round.clear()
                self._met_open = self._grown = False
            self._round.add(key)
            self._open.add(key)
            before = self._so_far.setdefault(key, least)
            after, failed = follow()
            self._open.discard(key)
            outcome = self._so_far[key] = joined(before[0], after), joined(before[1], failed)
            self._grown |= outcome != before
            if not is_outermost:
                return outcome
            if not (self._met_open and self._grown):
                self._sure.update((one, self._so_far[one]) for one in self._round)
                return outcome

    def hand(self, meaning: Meaning | Definition) -> None:
        """Note that unfollowed code may call a function, or a class's methods, from now on."""
        if self.all_run or meaning in self._handed_meanings:
            return
        self._handed_meanings.add(meaning)
        for definition in self.effects.functions_of(meaning):
            if self.effects.matters(definition):
                module, node = definition
                self._handed[node] = module
                self.special |= _special([getattr(node, "name", "")])

    def hand_out(self, functions: Iterable[tuple[Module, ast.AST]], state: State) -> State:
        """Let users that are not seen call functions, in any order.

        What they pass may be made from any of the classes.
        """
        several = []
        for module, function in functions if not self.all_run else ():
            if isinstance(module.names.parents[function], ast.ClassDef):
                self.hand((module, function))
            if self.effects.matters((module, function)):
                several.append((module, function))

        def once(state: State) -> State:
            state = self.others_run(state)
            for module, function in several:
                state = joined(state, self.call(module, function, state)) or state
            return state

        return repeated(state, once) or state

    def let_run(self, functions: Sequence[tuple[Module, ast.AST]]) -> None:
        """Let functions run after any statement, since it is not seen who calls them."""
        self._at_any_time = bool(functions)
        for one in functions:
            self.hand(one)

    def others_run(self, state: State) -> State:
        """Reach a moment when unfollowed code runs, which may call all functions it was given."""
        if self.all_run:
            state = self._after_any_setter(state)
            self.found.anywhere.add(state.force)
            return state
        if not self._handed:
            return state
        key = (state, len(self._handed))
        return self._outcome(key, (state, None), lambda: self._moment(state)) or state

    def felt(self, state: State | None) -> State | None:
        """Come to a place at which Python itself may call methods."""
        return self.others_run(state) if state is not None and self.special else state

    def _moment(self, state: State) -> _Outcome:
        self._moments_open += 1
        with self.caught("raise") as left:
            after, count = state, -1
            while (after, len(self._handed)) != (state, count):
                state, count = after, len(self._handed)
                for function, module in list(self._handed.items()):
                    after = joined(after, self.call(module, function, state)) or after
        self._moments_open -= 1
        return after, left["raise"]

    def continued(self, state: State) -> State:
        """Come to a place at which a function continues: setters may have run since it paused."""
        return self._after_any_setter(self.others_run(state))

    def _after_any_setter(self, state: State) -> State:
        since = {(getter, one) for getter, _ in state.kept for one in self.effects.setters if one}
        return dataclasses.replace(
            state, force=state.force | self.effects.setters, since=state.since | since
        )

    # Where any function may run

    def let_all_run(self) -> None:
        """Let any module be loaded, and any function run where others run, from now on."""
        self.all_run = True
        self.special |= _special(self.effects.names)

    def run_all(self, force: frozenset[Force]) -> None:
        """Run each file and each function that matters once, whatever has run before."""
        at_any_time = State(force, frozenset(self.code.paths))
        for module in self.code.speaking.values():  # those that call them add nothing
            self.run(module, at_any_time)
            for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp):
                for function in module.names.all(kind):
                    if self.effects.matters((module, function)):
                        self.call(module, function, at_any_time)
        self.end()


def _special(names: Iterable[str]) -> set[str]:
    """Return the names of methods that Python calls by itself, where no call is to be seen."""
    return {one for one in names if one == "keys" or (one.startswith("__") and one not in _CALLED)}
