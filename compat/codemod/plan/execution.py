"""Follow one program from its start; note which setters may be in force where a backend is used.

Everything unknown counts as possible: both outcomes of a condition, any number of rounds of a loop,
an error after any statement. A function passed to code outside the project, and each method of a
class that is used, may run at any later moment when such code runs.
"""

import ast
import dataclasses
from collections.abc import Iterable, Sequence

from compat.codemod.plan.marks import Pin
from compat.codemod.plan.sites import Site
from compat.codemod.plan.state import Force, State, joined
from compat.codemod.plan.statements import Statements
from compat.codemod.source import Module


class Execution(Statements):
    """One program, followed statement by statement; arguments and attributes as in ``Moments``."""

    def script(self, module: Module, state: State) -> State:
        """Run a file as a script."""
        self._script = module
        return self._run(module, state)

    def load(self, module: Module, state: State) -> State:
        """Import a file, with the packages around it."""
        for one in (*self._code.packages(module.path), module):
            if one.path not in state.loaded:
                again = one in self.loaded  # it has run on another way through the program
                before = dataclasses.replace(state, loaded=state.loaded | {one.path})
                after = self._run(one, before)
                state = (joined(before, after) if again else after) or before
        return state

    def let_run(self, functions: Sequence[tuple[Module, ast.AST]]) -> None:
        """Let functions run after any statement, since it is not seen who calls them."""
        self._at_any_time = bool(functions)
        for one in functions:
            self._hand(one)

    def hand_out(self, functions: Iterable[tuple[Module, ast.AST]], state: State) -> State:
        """Let users that are not seen call functions, in any order.

        What they pass may be made from any of the classes.
        """
        if self.all_run:
            return self._others_run(state)
        several = []
        for module, function in functions:
            if isinstance(module.names.parents[function], ast.ClassDef):
                self._hand((module, function))
            if self._effects.matters((module, function)):
                several.append((module, function))
        while True:
            after = self._others_run(state)
            for module, function in several:
                after = joined(after, self._call(module, function, after)) or after
            if after == state:
                return state
            state = after

    def run_all(self, force: frozenset[Force]) -> None:
        """Run each file and each function that matters once, whatever has run before."""
        at_any_time = State(force, frozenset(self._code.paths))
        for module in self._code.speaking.values():  # those that call them add nothing
            self._run(module, at_any_time)
            for kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.GeneratorExp):
                for function in module.names.all(kind):
                    if self._effects.matters((module, function)):
                        self._call(module, function, at_any_time)
        self.end()

    def end(self) -> None:
        """Settle functions bound by an import: they keep the backend that was in force then."""
        for site in self._by_import:
            self.found.force[site] |= self.bound(site)

    def bound(self, site: Site | Pin) -> frozenset[Force]:
        """Return the backends in force when an import bound the function of a site, if any."""
        one = self._marks(site.module).bound_by.get(site)
        return (
            frozenset() if one is None else frozenset(self._bound.get((site.module, one.local), ()))
        )

    def _run(self, module: Module, state: State) -> State:
        self.loaded[module] = None
        if (doubt := self._marks(module).doubt) is not None:
            self.found.doubts[module] = doubt
        self._exits.append({})
        after = self._block(module, module.tree.body, state)
        self._exits.pop()
        return after or state
