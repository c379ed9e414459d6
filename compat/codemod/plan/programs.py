"""Follow the programs of a project, and combine what they show about its backends.

A program is an entry and everything it reaches by imports. Entries are files that no other file
imports, files that can be run (``if __name__ == "__main__"``, ``__main__.py``, notebooks), console
scripts, and tests, each with its ``conftest.py``. If no program calls a function, unknown callers
call it after an entry has run.
"""

import ast
import functools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from compat.codemod.files.import_graph import is_main
from compat.codemod.plan import expressions, marks, statements, unseen
from compat.codemod.plan.code import Code, taken
from compat.codemod.plan.effects import FUNCTIONS, Definition, Effects
from compat.codemod.plan.execution import Execution, TooLongError, bound
from compat.codemod.plan.marks import Site
from compat.codemod.plan.state import Evidence, Force, Program, State, joined, repeated
from compat.codemod.source import Module, NotProvableError, is_test, noted, old_names
from compat.codemod.uses import Project, SetterCall

# Of all programs together; those that come later are followed less closely.
_MOST_STEPS = 100_000
_IN_PARTS = (
    "Run the codemod on a part of the project: name the folder of this program and the folders "
    "that it imports. Or write backend= by hand."
)
_PLUGIN = re.compile(r"\bpytest(?:_asyncio)?\.fixture\b|\bimport fixture\b|\bdef pytest_")
_VISITS = {**expressions.VISITS, **statements.VISITS}


def evidence(project: Project, modules: list[Module]) -> Evidence:
    """Follow every program of some modules that run together.

    Raises:
        NotProvableError: there are too many to follow each of them.
    """
    try:
        # If no getter finds that none is set as long as no pair restores that, no pair ever does.
        found = _evidence(project, modules, may_unset=False)
        may_unset = any(None in forces for forces in found.kept.values())
        return _evidence(project, modules, may_unset=True) if may_unset else found
    except (TooLongError, RecursionError) as why:
        reason = "the project has too many programs to follow each of them"
        raise NotProvableError(reason, advice=_IN_PARTS) from why


def _evidence(project: Project, modules: list[Module], *, may_unset: bool) -> Evidence:
    code = Code(project, modules)
    effects = Effects(project, code, may_unset=may_unset)
    found = Evidence()
    by_name: list[str] = []
    every = [_Followed(found, effects, program) for program in _programs(project, code, by_name)]
    left = Counter(force for one in every for force in one.left)
    for one in every if left else ():
        one.share(left)
    # one of these stands for all, and only that one is parsed
    first = next(filter(None, map(code.module, by_name)), None)
    anywhere = {frozenset({None}) | effects.setters: Program(first)} if first else {}
    ran = {
        function
        for one in every
        if not is_test(one.program.module.path)
        for function in one.execution.ran
    }
    names = {
        old_names.PER_CALL_NAMES.get(setter.name or "") for one in every for setter in one.setters
    }
    # It is unknown who imports these. If all setters agree, any program with a setter may do so.
    idle = [one for one in every if one.does_nothing and not one.setters] if len(names) == 1 else []
    for one in every:
        if one not in idle:
            one.finish(ran, [other.program.module for other in idle] if one.setters else [])
    for one in every:
        for forces in one.execution.anywhere:
            anywhere.setdefault(forces, one.program)
    for forces, program in anywhere.items():
        if not any(forces < other for other in anywhere):  # what runs there shows no less
            execution = Execution(found, program, effects, _VISITS, effects.setters, all_run=True)
            for one in every:
                for name, bound_to in one.execution.bound_by.items():
                    execution.bound_by[name] |= bound_to
            _run_all(execution, forces)
    for one in idle:
        for site in [site for site in found.force if isinstance(site, Site)]:
            for force in bound(one.execution, site):
                found.force[site].setdefault(force, one.program)
    return found


def _run_all(execution: Execution, force: frozenset[Force]) -> None:
    """Run each file and each function that matters once, whatever has run before."""
    at_any_time = State(force, frozenset(execution.code.paths))
    speaking = execution.code.speaking.values()  # those that call them add nothing
    own = {module: execution.effects.marks(module) for module in speaking}
    for module in sorted(own, key=lambda one: own[one].setters.keys() <= own[one].pairs.keys()):
        # a notebook is no module that others import: it has run in its own program
        if not module.interactive and None not in execution.run(module, at_any_time).force:
            execution.setting.add(module)
        for function in (one for kind in FUNCTIONS for one in module.names.all(kind)):
            around = [function, *module.names.chain(function)]
            outermost = next((one for one in reversed(around) if one in execution.defined), None)
            # what may be in force once it is defined: what was then, or is set later
            then = execution.defined[outermost] if outermost is not None else frozenset()
            once_defined = force & (then | execution.effects.setters) if then else force
            if once_defined and execution.effects.matters((module, function)):
                state = at_any_time._replace(force=once_defined)
                execution.call(module, function, state)
    execution.end()


def _hand_out(
    execution: Execution, functions: Iterable[tuple[Module, ast.AST]], state: State
) -> State:
    """Let users that are not seen call functions, in any order.

    What they pass may be made from any of the classes.
    """
    several = []
    for module, function in functions if not execution.all_run else ():
        if isinstance(module.names.parents[function], ast.ClassDef):
            execution.handed.add((module, function))
        if execution.effects.matters((module, function)):
            several.append((module, function))

    def once(state: State) -> State:
        state = execution.others_run(state)
        for module, function in several:
            state = joined(state, execution.call(module, function, state)) or state
        return state

    return repeated(state, once) or state


class _Followed:
    """A program, followed until it has started; then others may call what it has loaded."""

    def __init__(self, evidence: Evidence, effects: Effects, program: Program) -> None:
        self.program = program
        self._evidence, self._effects = evidence, effects
        self._all_run = effects.steps > _MOST_STEPS
        self._leaked: frozenset[Force] = frozenset()
        self._closely(self._start)

    def _execution(self) -> Execution:
        effects, all_run = self._effects, self._all_run
        setters = effects.setters if all_run else _setters_of(effects, self.program)
        return Execution(self._evidence, self.program, effects, _VISITS, setters, all_run=all_run)

    def _closely(self, follow: Callable[[], None]) -> None:
        """Follow the program; if that takes too long, do it again less closely.

        Then any function of the project may run where others run.
        """
        try:
            follow()
        except (TooLongError, RecursionError):
            if self._all_run:
                raise
            self._all_run = True
            for again in dict.fromkeys((self._start, follow)):
                again()

    def _start(self, lone: Sequence[tuple[Module, ast.AST]] = ()) -> None:
        program, module = self.program, self.program.module
        state = State(State().force | self._leaked)
        execution = self.execution = self._execution()
        for function in lone:
            execution.handed.add(function)
        if program.is_script:
            for package in execution.code.packages(module.path) if program.as_module else ():
                state = execution.load(package, state)
            execution.script = module
            state = execution.run(module, state)
        before = [*self._plugins, *self._conftests]
        for one in (*before, module) if not program.is_script else ():
            after = execution.load(one, state)
            # which tests a plugin is for is not seen
            state = joined(state, after) or after if one in self._plugins else after
        if is_test(module.path) and (not program.is_script or ".main(" in module.text.text):
            state = self._tested(state)
        for called in module.functions:
            if called.name == program.function and called in module.tree.body:
                state = execution.call(module, called, state) or state
        self._state = state

    @property
    def left(self) -> frozenset[Force]:
        """Return what a test file leaves in force for others that run in the same process."""
        is_left = is_test(self.program.module.path) and not self.program.is_script
        return self._state.force - {None} if is_left else frozenset()

    def share(self, left: Counter[Force]) -> None:
        """Run it after other test files that leave something in force, each so many."""
        if not (is_test(self.program.module.path) and self.execution.force):
            return
        own = {one for one in self.left if left[one] == 1}
        self._leaked = frozenset(left.keys() - own)
        if self._leaked:
            self._closely(self._start)

    def _tested(self, state: State) -> State:
        """Run the tests of the program, and what sets up and ends them, in any order."""
        run, files = self.execution, [*self._conftests, self.program.module, *self._plugins]
        if self.program.is_script:
            files = [self.program.module]
        every: list[Definition] = [(file, one) for file in files for one in file.functions]
        for meaning in (one for file in files for one in ((file, None), *taken(run.code, file))):
            every += run.effects.functions_of(meaning)

        def once(state: State) -> State:
            with run.ways.caught("raise") as failed:
                after = _hand_out(run, every, state)
            return joined(after, failed["raise"]) or after

        return repeated(state._replace(force=state.force | self._leaked), once) or state

    @property
    def _conftests(self) -> list[Module]:
        """Return what pytest loads before a test, the outermost first."""
        path, code = self.program.module.path, self._effects.code
        found = _conftests(code) if is_test(path) else []
        near = [one for one in found if path.startswith(one.removesuffix("conftest.py"))]
        return code.modules(one for one in near if one != path)

    @functools.cached_property
    def _plugins(self) -> list[Module]:
        """Return the plugins that pytest may load before a test."""
        path, code = self.program.module.path, self._effects.code
        tests = [one.path for one in (*self._conftests, self.program.module)]
        project = self._effects.project
        found = project.plugins(tests) + _plugins(project, code) if is_test(path) else []
        return code.modules(one for one in dict.fromkeys(found) if one not in tests)

    @property
    def setters(self) -> list[SetterCall]:
        """Return the setters in the modules that it has run."""
        several = map(self._effects.marks, self.execution.loaded)
        return [one for marks in several for one in marks.setters.values()]

    @property
    def does_nothing(self) -> bool:
        """Return whether it only defines what others may call."""
        run = self.execution
        acts = run.force or run.setters or run.ran or run.anywhere
        return self._is_library and not (acts or is_test(self.program.module.path))

    @property
    def _is_library(self) -> bool:
        return not (self.program.is_script or self.program.function)

    def finish(self, ran: set[ast.AST], shared: list[Module]) -> None:
        """Let users call what no program has called, and load modules that nobody is seen to."""
        self._closely(lambda: self._finish(ran, shared))

    def _finish(
        self, ran: set[ast.AST], shared: list[Module], lone: Sequence[tuple[Module, ast.AST]] = ()
    ) -> None:
        if lone:  # it is unknown who calls what sets, when, and what else they call
            self._start(lone)
        state, execution = self._state, self.execution
        if not is_test(self.program.module.path):
            for module in shared:
                state = execution.load(module, state)
            own = self.program.module if self._is_library else None
            every = [(module, one) for module in execution.loaded for one in module.functions]
            rest = [(module, one) for module, one in every if module is own or one not in ran]
            setting = {one.module.function_of(one.call) for one in self.setters}
            unseen = [(module, one) for module, one in rest if one in setting and one not in ran]
            if unseen and not (own or lone):
                self._finish(ran, shared, unseen)
                return
            _hand_out(execution, every if unseen else rest, state)
        execution.end()
        if self._effects.spawns and not self._is_library:
            self._spawn()

    def _spawn(self) -> None:
        """Run what was given to other code in a process that has only imported the program."""
        child = self._execution()
        state = child.load(self.program.module, State())
        _hand_out(
            child,
            [(module, one) for one, module in self.execution.handed.functions.items()],
            state,
        )
        child.end()


def _setters_of(effects: Effects, program: Program) -> frozenset[Force]:
    """Return what the setters may put in force to which a program can come.

    It can come to any of the project, unless its imports are all that it loads.
    """
    project, module = effects.project, program.module
    is_script = (program.is_script or bool(program.function)) and not module.interactive
    loaded = project.loaded(module.path) if is_script and effects.setters else ()
    if not loaded or any(unseen.may_load_others(project, one) for one in loaded):
        return effects.setters
    return effects.setters_in(one for one in effects.code.speaking.values() if one.path in loaded)


@noted
def _conftests(code: Code) -> list[str]:
    """Return the files that pytest loads before the tests around them, the outermost first."""
    return sorted((one for one in code.paths if os.path.basename(one) == "conftest.py"), key=len)


@noted
def _plugins(project: Project, code: Code) -> list[str]:
    """Return the files that no other imports and that a command line may name as plugins."""
    graph = project.imports
    alone = [one for one in code.paths if not (is_test(one) or graph.direct_importers(one))]
    return [one for one in alone if _PLUGIN.search(project.text(one))]


def _programs(project: Project, code: Code, by_name: list[str]) -> Iterator[Program]:
    """Yield the programs to follow.

    Those that come to torchaudio by computed names alone are noted in ``by_name``.
    """
    paths = list(code.paths)
    graph = project.imports
    reached: set[str] = set()
    scripts = defaultdict(list)
    for name, function in project.scripts:
        for path in project.files.named(name, ""):
            scripts[path].append(function)
    for path in paths:
        is_followed = code.is_small or scripts[path]
        if not is_followed and (loaded := project.loaded(path)).isdisjoint(code.speaking):
            by_name += [path] if any(graph.files[one].computed for one in loaded) else []
            reached |= graph.reachable(path)
        elif (module := code.module(path)) is not None:
            found = list(_of_file(project, paths, module, scripts[path]))
            reached |= graph.reachable(path) if found else set()
            yield from found
    for path in paths:  # cycles of files that nothing else imports
        if (
            path not in reached
            and not path.endswith("__init__.py")
            and (module := code.module(path)) is not None
        ):
            reached |= graph.reachable(path)
            yield Program(module)


def _of_file(
    project: Project, paths: list[str], module: Module, functions: list[str]
) -> Iterator[Program]:
    path, graph = module.path, project.imports
    folder, name = os.path.split(path)
    yield from (Program(module, function=function) for function in functions)
    has_package = bool(graph.packages(path))
    is_by_path = not (
        has_package and any(one.path.startswith(".") for one in module.names.imported)
    )
    if is_main(project.text(path)) or module.interactive or path in project.started:
        if is_by_path:
            yield Program(module, is_script=True)
        if has_package:
            yield Program(module, is_script=True, as_module=True)
        if not is_test(path):
            return
    importers = graph.direct_importers(path).intersection(paths)
    above = {one for one in importers if not is_test(one)}
    if name == "__init__.py":
        above |= {one for one in paths if one != path and one.startswith(folder + os.sep)}
    if is_test(module.path) or not (above or functions):
        yield Program(module)
        sites = marks.of(project, module).sites if has_package and is_by_path else {}
        if any(module.function_of(one) is None for one in sites):  # it does something by itself
            yield Program(module, is_script=True)
