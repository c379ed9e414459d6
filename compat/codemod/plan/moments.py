"""Track a program's calls, and the moments when unfollowed code may call functions it was given."""

from __future__ import annotations

import ast
import dataclasses
from collections import defaultdict
from collections.abc import Iterable

from compat.codemod.plan import marks
from compat.codemod.plan.code import Code, Meaning
from compat.codemod.plan.marks import Marks, Pin
from compat.codemod.plan.sites import Site
from compat.codemod.plan.state import Force, State, joined
from compat.codemod.source import Module, NotProvableError
from compat.codemod.uses import Project, SetterCall


@dataclasses.dataclass
class Found:
    """What one or several programs show.

    Attributes:
        force: for each site and pin, the setters that may be in force there.
        setters: those that ran.
        between: for each setter that restores a kept backend, the setters that may have run since
            it was kept.
        instead: for each attempt, the setters that may be in force only because it failed.
        ran: the functions that ran.
        doubts: why a program is not fully visible, by module.
    """

    force: dict[Site | Pin, set[Force]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    setters: set[SetterCall] = dataclasses.field(default_factory=set)
    between: dict[SetterCall, set[SetterCall]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    instead: dict[SetterCall, set[Force]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    ran: set[ast.AST] = dataclasses.field(default_factory=set)
    doubts: dict[Module, NotProvableError] = dataclasses.field(default_factory=dict)


class Moments:
    """The progress of a program; ``execution`` follows its statements.

    Args:
        project: the project.
        code: resolves its names.
        setters: those that are known to run in it at some time.

    Attributes:
        found: what it shows.
        loaded: the modules that it has run.
        pauses: whether one of its functions pauses, so that setters may run before it continues.
    """

    def __init__(self, project: Project, code: Code, setters: Iterable[SetterCall] = ()) -> None:
        self._project, self._code, self._known = project, code, frozenset(setters)
        self.found: Found = Found()
        self.loaded: dict[Module, None] = {}
        self.pauses: bool = False
        self._script: Module | None = None
        self._failed: list[State | None] = [None]
        self._handed: dict[ast.AST, Module] = {}
        self._lasting: set[Pin] = set()
        # The results of calls, and of moments when foreign code runs, and those still in progress.
        self._calls: dict[object, tuple[State | None, State | None]] = {}
        self._moments: dict[object, tuple[State, State | None]] = {}
        self._open_calls: dict[object, State | None] = {}
        self._open_moments: dict[object, State] = {}
        self._met: set[object] = set()

    def _marks(self, module: Module) -> Marks:
        return marks.of(self._project, module)

    def _may_fail(self, state: State | None) -> None:
        self._failed[-1] = joined(self._failed[-1], state)

    def _body_of(self, module: Module, function: ast.AST, state: State) -> tuple[State | None, State | None]:
        """Follow a function's body; return the state when it returns, and when it fails."""
        raise NotImplementedError

    def _call(self, module: Module, function: ast.AST, state: State) -> State | None:
        key = (function, state, len(self._handed))
        if key in self._calls:
            after, failed = self._calls[key]
            self._may_fail(failed)
            return after
        if key in self._open_calls:
            self._met.add(key)
            return self._open_calls[key]
        self._open_calls[key] = None
        while True:
            after, failed = self._body_of(module, function, state)
            if key not in self._met or after == self._open_calls[key]:
                break
            self._open_calls[key] = joined(after, self._open_calls[key])
            self._forget()
        self._met.discard(key)
        del self._open_calls[key]
        self._calls[key] = after, failed
        self._may_fail(failed)
        return after

    def _forget(self) -> None:
        """Drop the results of calls, since they depend on what is better known now."""
        self._calls.clear()
        self._moments.clear()

    def _hand(self, meaning: Meaning | tuple[Module, ast.AST]) -> None:
        """Note that unfollowed code may call a function, or a class's methods, from now on."""
        module, node = meaning
        if node is None:
            for one in module.tree.body:
                if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self._hand((module, one))
        elif isinstance(node, ast.ClassDef):
            for home, one in self._code.line((module, node)):
                for part in one.body:
                    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                        self._handed.setdefault(part, home)
        else:
            self._handed.setdefault(node, module)

    def _others_run(self, state: State) -> State:
        """Reach a moment when unfollowed code runs, which may call all functions it was given."""
        for pin in self._lasting:
            self.found.force[pin] |= state.force
        if not self._handed:
            return state
        key = (state, len(self._handed))
        if key in self._open_moments:
            return self._open_moments[key]
        if key in self._moments:
            after, failed = self._moments[key]
            self._may_fail(failed)
            return after
        after, open_ = state, []
        self._failed.append(None)
        while True:
            now = (after, len(self._handed))
            open_ += [one for one in (key, now) if one not in self._open_moments]
            self._open_moments |= {key: after, now: after}
            then = after
            for function, module in list(self._handed.items()):
                then = joined(then, self._call(module, function, after)) or then
            if then == after and now[1] == len(self._handed):
                break
            after = then
            self._forget()
        for one in open_:
            self._open_moments.pop(one, None)
        failed = self._failed.pop()
        self._moments[key] = after, failed
        self._may_fail(failed)
        for pin in self._lasting:
            self.found.force[pin] |= after.force
        return after
