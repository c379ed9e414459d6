"""Follow a test file: fixtures and setups before each test, in the order that runners keep."""

import ast
import itertools
from collections.abc import Iterable, Sequence

from compat.codemod.plan import code, fixtures
from compat.codemod.plan.code import Function
from compat.codemod.plan.execution import Execution
from compat.codemod.plan.fixtures import SCOPES, Setup
from compat.codemod.plan.state import WAYS_OUT, Force, State, joined, repeated
from compat.codemod.source import Module

_Called = tuple[Module, Function]
_Class = tuple[Module, ast.ClassDef]
_OF_UNITTEST = ("setUpClass", "setUp", "asyncSetUp")


class Suite:
    """The tests of a file.

    Args:
        run: the program, which has loaded the files.
        nearest: the file, after the ``conftest.py`` files around it, the outermost first.
        plugins: files whose fixtures tests may use.
    """

    def __init__(
        self, run: Execution, nearest: Sequence[Module], plugins: Sequence[Module]
    ) -> None:
        self._run = run
        files = [*nearest, *plugins]
        self._level = len(nearest)
        self._strings = {str(one.value) for file in files for one in file.strings}
        taken = [one for file in files for one in code.taken(run.code, file)]
        own = ((file, one) for file in files for one in file.names.all(ast.ClassDef))
        self._classes: list[_Class] = [
            (module, node) for module, node in (*own, *taken) if isinstance(node, ast.ClassDef)
        ]
        hidden = fixtures.hidden(files, taken)
        self._hidden = None if hidden is None else hidden | run.code.replaced
        self._own = [(file, one) for file in files for one in fixtures.functions(file.names.module)]
        several = [*self._own, *((one, node) for one, node in taken if isinstance(node, Function))]
        self._tests = [one for one in several if fixtures.is_test(one[1])]
        of_unittest = any(_is_of_unittest(code.line(run.code, one)) for one in self._classes)
        self._setups = fixtures.near(nearest, of_unittest=of_unittest)
        # what may run at any time: hooks, and what the text does not tell more of
        known = {one.function for one in self._setups}
        self._any = [
            (module, one)
            for module, one in several
            if one.name.startswith(fixtures.HOOKS) or (fixtures.is_called(one) and one not in known)
        ]
        self._any += [one.definition() for one in self._setups if self._is_loose(one, self._setups)]

    def _is_loose(self, setup: Setup, visible: Iterable[Setup]) -> bool:
        """Return whether it is unknown for which tests a setup that they share runs."""
        return setup.is_shared and not (setup.is_auto and self._is_sure(setup, visible))

    def follow(self, state: State, left: frozenset[Force]) -> State:
        """Run all tests in any order; return the state after them.

        Args:
            state: before them.
            left: what tests of other files leave in force.
        """
        state = self._first(SCOPES[:2], self._setups, self._at_any_time(state))
        state = state._replace(force=state.force | left)
        state = self._first(SCOPES[2:3], self._setups, self._at_any_time(state))
        state = self._all(self._own, self._tests, self._setups, self._setups, state, self._classes)
        state = self._each([one.definition() for one in self._setups if one.is_shared], state)
        # nobody is seen to call these
        files = dict.fromkeys(file for file, _ in (*self._own, *self._classes))
        every = [(file, one) for file in files for one in file.functions]
        rest = [one for one in every if one[1] not in self._run.ran]
        return repeated(state, lambda state: self._each(rest, state)) or state

    def _each(self, several: Iterable[_Called], state: State) -> State:
        """Run some functions, each or not."""
        for definition in several:
            if self._run.effects.matters(definition):
                state = joined(state, self._run.call(*definition, state)) or state
        return state

    def _at_any_time(self, state: State) -> State:
        return repeated(state, lambda state: self._each(self._any, state)) or state

    def _all(
        self,
        own: list[_Called],
        tests: list[_Called],
        setups: list[Setup],
        visible: list[Setup],
        state: State,
        classes: Sequence[_Class] = (),
        loose: Sequence[_Called] = (),
    ) -> State:
        """Run the tests of a class or file in any order, and what runs after each and after all.

        Args:
            own: the functions of the class, or of the file and those around it.
            tests: the tests among them.
            setups: the setups among them.
            visible: those that run before the tests.
            state: before them.
            classes: the classes of a file.
            loose: what may run between the tests of a class.
        """
        after = [one.definition() for one in setups if not one.is_shared and one.waits]
        after += [one for one in own if fixtures.is_after(one[1])]
        ordered = [(test, *self._in_order(test, visible)) for test in tests]

        def once(state: State) -> State:
            with self._run.ways.caught("raise") as failed:
                for test, sure, unsure in ordered:
                    state = self._tested(test, sure, unsure, state)
                for one in classes:
                    state = self._in_class(one, state)
                state = self._each([*loose, *after], self._at_any_time(state))
            return joined(state, failed["raise"]) or state

        state = repeated(state, once) or state
        return self._each([one for one in own if fixtures.is_last(one[1])], state)

    def _tested(
        self, test: _Called, sure: list[list[Setup]], unsure: list[_Called], state: State
    ) -> State:
        module, function = test
        before = state
        for group in sure:
            before = self._each(unsure, _ran(self._run, group, before))
        before = self._at_any_time(self._each(unsure, before))
        makers = map(fixtures.made_by, function.decorator_list)
        if any(self._run.code.known(module, one) for one in makers):
            before = self._run.others_run(before)
        after = self._run.call(module, function, before)
        return joined(state, before, after and self._run.others_run(after)) or state

    def _in_order(
        self, test: _Called, setups: list[Setup]
    ) -> tuple[list[list[Setup]], list[_Called]]:
        """Return what surely runs before a test, in groups, and what may run at any time before."""
        around = any(isinstance(one, ast.ClassDef) for one in test[0].names.chain(test[1]))
        visible = [one for one in setups if not (around and one.name == "setup_function")]
        names = fixtures.asked(test[1]) | fixtures.marked(*test)
        names = fixtures.asked_by(names, visible)
        maybe = self._strings | names
        if not all(fixtures.is_of_runner(test[0], one) for one in test[1].decorator_list):
            names = fixtures.marked(*test)  # it may be given other arguments
        several = [
            one for one in visible if not one.is_shared and (one.is_auto or one.name in maybe)
        ]
        asked = {name for one in several for name in one.asks}
        setting = [one for one in several if self._run.effects.sets(one.definition())]
        is_mixed = any(one.name in asked for one in setting)
        used = [one for one in several if one.is_auto or one.name in names]
        sure = [one for one in used if self._is_sure(one, visible)]

        def key(one: Setup) -> tuple[bool, bool, int]:
            is_last = one.scope == "setUp"
            return (is_last, not one.is_auto, one.level) if not is_mixed else (is_last, False, 0)

        groups = [[*group] for _, group in itertools.groupby(sorted(sure, key=key), key)]
        return groups, [one.definition() for one in several if one not in sure]

    def _first(self, scopes: Iterable[str], setups: list[Setup], state: State) -> State:
        """Run the setups that several tests share."""
        for scope in scopes:
            own = [one for one in setups if one.scope == scope and not self._is_loose(one, setups)]
            state = self._at_any_time(_ran(self._run, own, state))
        return state

    def _is_sure(self, setup: Setup, visible: Iterable[Setup]) -> bool:
        is_hidden = self._hidden is None or setup.name in self._hidden
        is_sole = [one.name for one in visible].count(setup.name) == 1
        return setup.is_sure and is_sole and not is_hidden

    def _in_class(self, owner: _Class, state: State) -> State:
        """Run the tests of a class."""
        line = code.line(self._run.code, owner)
        methods = [
            (home, one)
            for home, node in line
            for one in fixtures.functions(home.names.scope_made_by[node])
        ]
        tests = [one for one in methods if fixtures.is_test(one[1])]
        if not tests:
            return state
        setups = self._of_class(owner, line)
        for outer in owner[0].names.chain(owner[1]):
            around = (owner[0], outer) if isinstance(outer, ast.ClassDef) else None
            inner = self._of_class(around, [around]) if around is not None else []
            setups += [one._replace(is_sure=False) for one in inner]
        every = [*self._setups, *setups]
        state = self._first(["class"], every, state)
        for method in methods:
            if method not in tests and method not in map(Setup.definition, setups):
                self._run.handed.add(method)
        loose = [one.definition() for one in setups if self._is_loose(one, every)]
        return self._all(methods, tests, setups, every, state, loose=loose)

    def _of_class(self, owner: _Class, line: list[_Class]) -> list[Setup]:
        """Return the setups of a class; of those with one name, the first in its line counts."""
        is_kept = all(
            fixtures.is_of_runner(home, one) for home, node in line for one in node.decorator_list
        )
        of_unittest = _is_of_unittest(line)
        found: dict[str, Setup] = {}
        for home, node in line:
            for one in fixtures.of(home, home.names.scope_made_by[node], self._level):
                name = one.function.name
                fits = name not in fixtures.BY_NAME or of_unittest == (name in _OF_UNITTEST)
                first = code.methods(self._run.code, owner, name)
                is_sure = (
                    one.is_sure and is_kept and fits and first == ([(home, one.function)], True)
                )
                found.setdefault(one.name, one._replace(is_sure=is_sure))
        return [*found.values()]


def _is_of_unittest(line: list[_Class]) -> bool:
    """Return whether a class is a test case of unittest, by the names of its bases."""
    bases = [base for _, node in line for base in node.bases]
    return any(ast.unparse(one).endswith("TestCase") for one in bases)


def _ran(run: Execution, setups: list[Setup], state: State) -> State:
    """Run some setups, each at least once, in an order that is not seen."""

    def once(state: State) -> State:
        ways = (_begun(run, one, state) for one in setups)
        return joined(state, *ways) or state

    before = repeated(state, once) or state
    setting = [one for one in setups if run.effects.sets(one.definition())]
    return joined(*(_begun(run, one, before) for one in setting)) or before


def _begun(run: Execution, setup: Setup, state: State) -> State | None:
    """Run a setup, to where it waits for the test."""
    if not run.effects.matters(setup.definition()):
        return state
    if not setup.waits:
        return run.call(*setup.definition(), state)
    run.ran.add(setup.function)
    with run.ways.caught(*WAYS_OUT, "pause") as left:
        run.block(setup.module, setup.function.body, state)
    run.ways.take("raise", left["raise"])
    return left["pause"] and left["pause"].keeping(state)
