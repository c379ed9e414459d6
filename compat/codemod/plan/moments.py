"""Track a program's calls, and the moments when unfollowed code may call functions it was given."""

import ast
import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable

from compat.codemod.plan import marks, protocols
from compat.codemod.plan.code import Meaning
from compat.codemod.plan.effects import Effects
from compat.codemod.plan.facts import Definition
from compat.codemod.plan.marks import Marks, Pin
from compat.codemod.plan.sites import Site
from compat.codemod.plan.state import Force, State, joined
from compat.codemod.source import Module, NotProvableError
from compat.codemod.uses import SetterCall

# Of one program: less than a second.
_MOST_STEPS = 20_000
_MORE_WHERE_ALL_RUN = 20
# The state in which a call or a moment ends, and what may be so where it fails.
_Outcome = tuple[State | None, State | None]


@dataclasses.dataclass
class Found:
    """What one or several programs show.

    Attributes:
        force: for each site and pin, what may be in force there.
        setters: those that ran.
        set_to: what they put in force; one that puts back what was kept, that.
        between: for each setter that puts a kept backend back, the setters that may have run since
            it was kept.
        instead: for each attempt, what may be in force only because it failed.
        anywhere: what may be in force at a moment at which any function of the project may run.
        ran: the functions that ran.
        doubts: why a program is not fully visible, by module.
    """

    force: dict[Site | Pin, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    setters: set[SetterCall] = dataclasses.field(default_factory=set)
    set_to: set[Force] = dataclasses.field(default_factory=set)
    between: dict[SetterCall, set[SetterCall]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    instead: dict[SetterCall, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    anywhere: set[frozenset[Force]] = dataclasses.field(default_factory=set)
    ran: set[ast.AST] = dataclasses.field(default_factory=set)
    doubts: dict[Module, NotProvableError] = dataclasses.field(default_factory=dict)


class TooLongError(Exception):
    """A program is too long to be followed."""


class Moments:
    """The progress of a program; ``execution`` follows its statements.

    Args:
        known: what is known to be put in force at some time.
        all_run: at each moment at which code runs that is not followed, any function of the project
            may run.

    Attributes:
        found: what it shows.
        loaded: the modules that it has run.
        pauses: whether one of its functions pauses, so that setters may run before it continues.
    """

    def __init__(
        self, effects: Effects, known: Iterable[Force] = (), *, all_run: bool = False
    ) -> None:
        self._effects, self._known = effects, frozenset(known)
        self._project, self._code = effects.project, effects.code
        self.found: Found = Found()
        self.loaded: dict[Module, None] = {}
        self.pauses: bool = False
        self._script: Module | None = None
        self._failed: list[State | None] = [None]
        # The states in which each open function has paused, so that its caller goes on.
        self._paused_in: list[State | None] = [None]
        # What code that is not followed may call: functions that matter, others, the names of all.
        self._handed: dict[ast.AST, Module] = {}
        self._harmless: set[ast.AST] = set()
        self._harmless_has_run: bool = True
        self._handed_names: set[str] = set()
        self._felt_names: set[str] = set()  # of those that matter
        self._handed_meanings: set[Meaning | Definition] = set()
        # Whether what was handed out may run after any statement but its own.
        self._at_any_time = False
        self._moments_open = 0
        self._bound: dict[tuple[Module, str], set[Force]] = defaultdict(set)
        self._by_import: set[Site | Pin] = set()
        self.all_run: bool = False
        self._steps_left = _MOST_STEPS * (_MORE_WHERE_ALL_RUN if all_run else 1)
        if all_run:
            self._let_all_run()
        self._lasting: set[Pin] = set()
        # What calls, and moments at which foreign code runs, come to: for sure, and so far.
        self._sure: dict[object, _Outcome] = {}
        self._so_far: dict[object, _Outcome] = {}
        # Those on their way, those that this round has come to, and whether it is to be the last.
        self._open: set[object] = set()
        self._round: set[object] = set()
        self._met_open = self._grown = False

    def _marks(self, module: Module) -> Marks:
        return marks.of(self._project, module)

    def _step(self) -> None:
        self._steps_left -= 1
        self._effects.steps += 1
        if not self._steps_left:
            raise TooLongError

    def _may_fail(self, state: State | None) -> None:
        self._failed[-1] = joined(self._failed[-1], state)

    def _body_of(
        self, module: Module, function: ast.AST, state: State
    ) -> tuple[State | None, State | None]:
        """Follow a function's body; return the state when it returns, and when it fails."""
        raise NotImplementedError

    def _call(self, module: Module, function: ast.AST, state: State) -> State | None:
        key = (function, state, len(self._handed), self.all_run)
        return self._outcome(key, (None, None), lambda: self._body_of(module, function, state))

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
        self._may_fail(failed)
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

    def _hand(self, meaning: Meaning | Definition) -> None:
        """Note that unfollowed code may call a function, or a class's methods, from now on."""
        if self.all_run or meaning in self._handed_meanings:
            return
        self._handed_meanings.add(meaning)
        for definition in self._effects.functions_of(meaning):
            module, node = definition
            if node in self._handed or node in self._harmless:
                continue
            if self._effects.matters(definition):
                self._handed[node] = module
                self._handed_names.add(getattr(node, "name", ""))
                self._felt_names.add(getattr(node, "name", ""))
            else:
                reached = [
                    one for _, one in self._effects.reached(definition, self._harmless.__contains__)
                ]
                self._harmless.update(reached)
                self._harmless_has_run = False
                self._handed_names |= {getattr(one, "name", "") for one in reached}

    def _others_run(self, state: State) -> State:
        """Reach a moment when unfollowed code runs, which may call all functions it was given."""
        for pin in self._lasting:
            self.found.force[pin] |= state.force
        if not self._harmless_has_run:
            self.found.ran |= self._harmless
            self._harmless_has_run = True
        if self.all_run:
            return self._after_all(state)
        if not self._handed:
            return state
        key = (state, len(self._handed))
        after = self._outcome(key, (state, None), lambda: self._moment(state)) or state
        for pin in self._lasting:
            self.found.force[pin] |= after.force
        return after

    def _changes_nothing(self, node: ast.AST, state: State, leading: set[ast.AST]) -> bool:
        """Return whether code leads to nothing that matters.

        What others run meanwhile must be known to leave the state as it is.
        """
        if node in leading or self._lasting or not self._harmless_has_run:
            return False
        if self.all_run:
            return not state.kept and state.force in self.found.anywhere
        outcome = self._sure.get((state, len(self._handed)))
        return not self._handed or outcome in ((state, None), (state, state))

    def _moment(self, state: State) -> _Outcome:
        self._failed.append(None)
        self._moments_open += 1
        after, count = state, -1
        while (after, len(self._handed)) != (state, count):
            state, count = after, len(self._handed)
            for function, module in list(self._handed.items()):
                after = joined(after, self._call(module, function, state)) or after
        self._moments_open -= 1
        return after, self._failed.pop()

    def _implied(self, node: ast.AST, state: State) -> State:
        """Come to a place at which Python itself may call methods."""
        quiet = self._felt_names.isdisjoint(protocols.called_by(node))
        return state if quiet else self._others_run(state)

    def _let_all_run(self) -> None:
        """Let any module be loaded, and any function run where others run, from now on."""
        self.all_run = True
        self._handed_names |= self._effects.names
        self._felt_names |= self._effects.names

    def _after_all(self, state: State) -> State:
        setters = self._effects.setters
        force = state.force | setters | self._known
        self.found.anywhere.add(force)
        since = {(getter, setter) for getter, _ in state.kept for setter in setters}
        return dataclasses.replace(state, force=force, since=state.since | since)

    def _at(self, own: Marks, place: Site | Pin, force: frozenset[Force]) -> None:
        """Come to a site or pin; one bound by an import takes what was in force then."""
        bound = place in own.bound_by
        if bound:
            self._by_import.add(place)
        self.found.force[place] |= frozenset() if bound and isinstance(place, Site) else force
        if isinstance(place, Pin) and place.lasts:
            self._lasting.add(place)
