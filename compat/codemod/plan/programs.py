"""Follow the programs of a project, and combine what they show about its backends.

A program is an entry and everything it reaches by imports. Entries are files that no other file
imports, files that can be run (``if __name__ == "__main__"``, ``__main__.py``, notebooks), console
scripts, and tests, each with its ``conftest.py``. If no program calls a function, unknown callers
call it after an entry has run.
"""

import ast
import dataclasses
import os
from collections import defaultdict
from collections.abc import Callable, Iterator

from compat.codemod.plan import expressions, marks, statements
from compat.codemod.plan.code import Code
from compat.codemod.plan.effects import Effects
from compat.codemod.plan.execution import Execution, Found, TooLongError
from compat.codemod.plan.marks import Marks, Pin
from compat.codemod.plan.sites import Site
from compat.codemod.plan.state import Force, State
from compat.codemod.source import Module, NotProvableError, is_test, old_names
from compat.codemod.uses import Project, SetterCall

_TOO_LONG = "the project has too many programs to follow each of them"
# Of all programs together; those that come later are followed less closely.
_MOST_STEPS = 100_000
_VISITS = {**expressions.VISITS, **statements.VISITS}


@dataclasses.dataclass(frozen=True)
class Program:
    """One way to start.

    Attributes:
        is_script: the file itself is run.
        in_package: the packages around it run first, as with ``python -m``.
        function: the function that a console script calls after the import.
    """

    module: Module
    is_script: bool = False
    in_package: bool = False
    function: str = ""


@dataclasses.dataclass
class Evidence:
    """What all programs show together.

    Attributes:
        force: for each site and pin, the setters that may be in force there, each with a program.
        doubts: for sites, pins and setters, why a program that runs them is not fully visible.
        between: for each setter that restores a kept backend, the setters that may have run since
            it was kept.
        instead: for each attempt, the setters that may be in force only because it failed.
        ran: the setters that run in some program.
    """

    force: dict[Site | Pin, dict[Force, Program]] = dataclasses.field(
        default_factory=lambda: defaultdict(dict)
    )
    doubts: dict[Site | Pin | SetterCall, NotProvableError] = dataclasses.field(
        default_factory=dict
    )
    between: dict[SetterCall, set[SetterCall]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    instead: dict[SetterCall, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    ran: set[SetterCall] = dataclasses.field(default_factory=set)


def evidence(project: Project, modules: list[Module]) -> Evidence:
    """Follow every program of some modules that run together."""
    code = Code(project, modules)
    effects = Effects(project, code)
    found = Evidence()
    anywhere: dict[frozenset[Force], Program] = {}
    by_name: list[str] = []
    every = [_Followed(effects, program) for program in _programs(project, code, by_name)]
    for module in filter(None, map(code.module, by_name[:1])):
        anywhere[frozenset({None}) | effects.setters] = Program(module)
    ran = {
        function
        for one in every
        if not is_test(one.program.module.path)
        for function in one.execution.found.ran
    }
    names = {
        old_names.PER_CALL_NAMES.get(setter.name or "") for one in every for setter in one.setters
    }
    # It is unknown who imports these. If all setters agree, any program with a setter may do so.
    idle = [one for one in every if one.does_nothing and not one.setters] if len(names) == 1 else []
    for one in every:
        if one not in idle:
            one.finish(ran, [other.program.module for other in idle] if one.setters else [])
            _add(found, one.execution.found, one.program)
    for one in every:
        anywhere |= {
            forces: one.program for forces in one.execution.found.anywhere if forces not in anywhere
        }
    for forces, program in anywhere.items():
        if any(forces < other for other in anywhere):
            continue  # what runs there shows no less
        execution = Execution(effects, _VISITS, all_run=True)
        try:
            execution.run_all(forces)
        except (TooLongError, RecursionError) as why:
            raise NotProvableError(_TOO_LONG) from why
        _add(found, execution.found, program)
    for one in idle:
        for site in [site for site in found.force if isinstance(site, Site)]:
            for force in one.execution.bound(site):
                found.force[site].setdefault(force, one.program)
    return found


def _found_by_name(project: Project, code: Code, path: str) -> bool | None:
    """Return whether a program may come to what mentions torchaudio by computed names alone.

    Return ``None`` if it is to be followed: its imports lead there, or a name that is written out.
    """
    graph, speaking = project.imports, code.speaking.keys()
    reached = graph.reachable(path)
    for package in graph.packages(path):
        reached |= graph.reachable(package)
    if not reached.isdisjoint(speaking):
        return None
    files = [graph.files[path] for path in reached if path in graph.files]
    if any(file.computed for file in files):
        return True
    named = {
        path
        for file in files
        for name in file.named
        for path in project.files.named(name, file.path)
    }
    return None if any(not graph.reachable(path).isdisjoint(speaking) for path in named) else False


def _add(all_: Evidence, found: Found, program: Program) -> None:
    all_.ran |= found.setters
    for place, forces in found.force.items():
        for force in sorted(forces, key=_in_text):
            all_.force[place].setdefault(force, program)
    if found.doubt is not None:
        for doubted in (*found.force, *found.setters):
            all_.doubts.setdefault(doubted, found.doubt)
    for setter, between in found.between.items():
        all_.between[setter] |= between
    for setter, instead in found.instead.items():
        all_.instead[setter] |= instead


def _in_text(force: Force) -> tuple[str, int]:
    return ("", 0) if force is None else (force.module.path, force.module.span(force.call)[0])


class _Followed:
    """A program, followed twice if a function pauses, to learn which setters run meanwhile."""

    def __init__(self, effects: Effects, program: Program) -> None:
        self.program = program
        self._effects, self._code = effects, effects.code
        self._all_run = effects.steps > _MOST_STEPS
        # The functions with a setter that no program is seen to call.
        self._lone: list[tuple[Module, ast.AST]] = []
        self._in_time(self._start, self._start)

    def _in_time(self, follow: Callable[[], None], again: Callable[[], None]) -> None:
        """Follow the program; if that takes too long, do it again less closely.

        Then any function of the project may run where others run.
        """
        try:
            follow()
        except (TooLongError, RecursionError) as why:
            if self._all_run:
                raise NotProvableError(_TOO_LONG) from why
            self._all_run = True
            self._in_time(again, again)

    def _start(self) -> None:
        self.execution, self._state = self._follow()

    def _follow(self) -> tuple[Execution, State]:
        program, state = self.program, State()
        execution = Execution(self._effects, _VISITS, all_run=self._all_run)
        module = program.module
        execution.let_run(self._lone)
        for package in self._code.packages(module.path) if program.in_package else ():
            state = execution.load(package, state) if package is not module else state
        if program.is_script:
            execution.script = module
            return execution, execution.run(module, state)
        if is_test(module.path):
            for conftest in self._conftests(module):
                state = execution.load(conftest, state)
                state = execution.hand_out([(conftest, one) for one in conftest.functions], state)
        state = execution.load(module, state)
        if is_test(module.path):
            state = execution.hand_out([(module, one) for one in module.functions], state)
        for one in module.tree.body if program.function else ():
            if (
                isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
                and one.name == program.function
            ):
                state = execution.call(module, one, state) or state
        return execution, state

    def _conftests(self, module: Module) -> list[Module]:
        found: list[Module] = []
        place = module.path
        while place != os.path.dirname(place):
            place = os.path.dirname(place)  # in the end "/", or "" for a path that is relative
            path = os.path.join(place, "conftest.py")
            if path != module.path and (one := self._code.module(path)) is not None:
                found.insert(0, one)
        return found

    @property
    def setters(self) -> list[SetterCall]:
        """Return the setters in the modules that it has run."""
        return [
            setter
            for module in self.execution.loaded
            for setter in self._marks(module).setters.values()
        ]

    def _marks(self, module: Module) -> Marks:
        return marks.of(self._effects.project, module)

    @property
    def does_nothing(self) -> bool:
        """Return whether it only defines what others may call."""
        found = self.execution.found
        plain = not (
            self.program.is_script or self.program.function or is_test(self.program.module.path)
        )
        return plain and not (found.force or found.setters or found.ran or found.anywhere)

    def finish(self, ran: set[ast.AST], shared: list[Module]) -> None:
        """Let users call what no program has called, and load modules that nobody is seen to."""

        def again() -> None:
            self._start()
            self._finish_all(ran, shared)

        self._in_time(lambda: self._finish_all(ran, shared), again)

    def _finish_all(self, ran: set[ast.AST], shared: list[Module]) -> None:
        self._finish(ran, shared)
        if self._lone:
            self.execution, self._state = self._follow()
            self._finish(ran, shared)

    def _finish(self, ran: set[ast.AST], shared: list[Module]) -> None:
        state, execution = self._state, self.execution
        if not is_test(self.program.module.path):
            for module in shared:
                state = execution.load(module, state)
            own = None if self.program.is_script or self.program.function else self.program.module
            every = [(module, one) for module in execution.loaded for one in module.functions]
            rest = [(module, one) for module, one in every if module is own or one not in ran]
            unseen = {one for _, one in rest} - ran
            lone: list[tuple[Module, ast.AST]] = []
            for setter in self.setters:
                function = setter.module.function_of(setter.call)
                lone += [(setter.module, function)] if function in unseen else []
            self._lone = (
                lone if own is None else []
            )  # users call what a library has once it is loaded
            if lone:
                rest = every  # it is unknown who calls this, and what else they call
            execution.let_run([])
            execution.hand_out(rest, state)
        execution.end()


def _programs(project: Project, code: Code, by_name: list[str]) -> Iterator[Program]:
    """Yield the programs to follow.

    Those that come to torchaudio by computed names alone are noted in ``by_name``.
    """
    paths = list(code.paths)
    if len(paths) == 1 and (only := code.module(paths[0])) is not None and only.standalone:
        yield Program(only, is_script=True)
        return
    graph = project.imports
    reached: set[str] = set()
    scripts = defaultdict(list)
    for name, function in project.scripts:
        for path in project.files.named(name, ""):
            scripts[path].append(function)
    for path in paths:
        found_by_name = (
            None if code.is_small or scripts[path] else _found_by_name(project, code, path)
        )
        if found_by_name is not None:
            by_name += [path] if found_by_name else []
            reached |= graph.reachable(path)
            continue
        module = code.module(path)
        if module is None:
            continue
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
    for function in functions:
        yield Program(module, function=function)
    file = graph.files.get(path)
    in_package = os.path.join(folder, "__init__.py") in graph.files
    if (file is not None and file.is_main) or module.interactive:
        relative = any(
            isinstance(one, ast.ImportFrom) and one.level for one, _ in module.names.imports
        )
        if not relative:
            yield Program(module, is_script=True)
        if in_package:
            yield Program(module, is_script=True, in_package=True)
        return
    above = {one for one in graph.direct_importers(path) & set(paths) if not _is_test(one)}
    if name == "__init__.py":
        above |= {one for one in paths if one != path and one.startswith(folder + os.sep)}
    if is_test(module.path) or not (above or functions):
        yield Program(module)


def _is_test(path: str) -> bool:
    return os.path.basename(path).startswith("test_")
