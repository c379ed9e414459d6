"""Follow the statements of a program: the state after each, and the ways out of it."""

import ast
import dataclasses
from collections.abc import Callable, Iterable

from compat.codemod.plan import imports
from compat.codemod.plan.definitions import Definitions
from compat.codemod.plan.effects import Effects
from compat.codemod.plan.facts import DEFINITIONS
from compat.codemod.plan.state import Force, State, joined
from compat.codemod.source import Module, conditions
from compat.codemod.uses import setter_calls

# the ways out of a function or a loop, with the state in which each is taken
Exits = dict[str, State | None]


class Statements(Definitions):
    """One program, as far as its statements go; arguments and attributes as in ``Moments``."""

    def __init__(
        self, effects: Effects, known: Iterable[Force] = (), *, all_run: bool = False
    ) -> None:
        super().__init__(effects, known, all_run=all_run)
        self._exits: list[Exits] = []

    def _body_of(
        self, module: Module, function: ast.AST, state: State
    ) -> tuple[State | None, State | None]:
        self.found.ran.add(function)
        self._failed.append(None)
        self._paused_in.append(None)
        self._exits.append({})
        if isinstance(function, ast.Lambda):
            after: State | None = self._expression(module, function.body, state)
        elif isinstance(function, ast.GeneratorExp):
            after = self._comprehension(module, function, self._continued(state))
        else:
            after = self._block(module, function.body, state)  # type: ignore[attr-defined]
        after = joined(joined(after, self._exits.pop().get("return")), self._paused_in.pop())
        return after, self._failed.pop()

    def _block(
        self, module: Module, statements: Iterable[ast.stmt], state: State | None
    ) -> State | None:
        leading = self._effects.facts(module).leading
        for one in statements:
            if state is None:
                return None
            self._may_fail(state)
            if self._changes_nothing(one, state, leading):
                continue
            anew = self._at_any_time and not self._moments_open
            state = self._others_run(state) if anew or "__del__" in self._felt_names else state
            state = _STATEMENTS[type(one)](self, module, one, state)
            self._may_fail(state)
        return state

    def _plain(self, module: Module, node: ast.AST, state: State) -> State | None:
        return self._implied(node, self._children(module, node, state))

    def _nothing(self, module: Module, node: ast.AST, state: State) -> State | None:
        return state

    def _assigned(
        self, module: Module, node: ast.Assign | ast.AnnAssign | ast.AugAssign, state: State
    ) -> State | None:
        if node.value is not None:
            state = self._expression(module, node.value, state)
        home = next((one for one in module.names.chain(node) if isinstance(one, DEFINITIONS)), None)
        # in a function Python does not run them
        if isinstance(node, ast.AnnAssign) and (home is None or isinstance(home, ast.ClassDef)):
            state = self._annotated(module, [node.annotation], state)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            state = self._children(module, target, state)
        return self._implied(node, state)

    def _take(self, way: str, state: State | None) -> None:
        """Note the state in which a block is left in some way."""
        self._exits[-1][way] = joined(self._exits[-1].get(way), state)

    def _leave(self, module: Module, node: ast.stmt, state: State) -> State | None:
        way = type(node).__name__.lower()
        state = self._children(module, node, state)
        if isinstance(node, ast.Raise):
            for one in self._code.meanings(module, node.exc) if node.exc is not None else ():
                state = state if one is None else self._entered(one, state) or state
            self._may_fail(state)
        else:
            self._take(way, state)
        return None

    def _if(self, module: Module, node: ast.If, state: State) -> State | None:
        if conditions.is_main_guard(module, node):
            after = self._block(module, node.body, state) if module is self._script else None
            # the code after a main block that exits runs on import
            return after or self._block(module, node.orelse, state)
        asked = next(
            (
                one
                for one in self._marks(module).setters.values()
                if one.asked and one.region is node
            ),
            None,
        )
        state = self._implied(node, self._expression(module, node.test, state))
        body = None if self._is_dead(module, node.body) else self._block(module, node.body, state)
        other = (
            None if self._is_dead(module, node.orelse) else self._block(module, node.orelse, state)
        )
        if asked is not None and body is not None:
            same = {one for one in state.force if one is not None and one.name == asked.name}
            return dataclasses.replace(body, force=body.force | same)
        if body is not None and conditions.asks_presence(module, node.test):
            return body
        return joined(body, other)

    def _is_dead(self, module: Module, block: list[ast.stmt]) -> bool:
        return bool(block) and self._project.runs_not(
            module, (module.span(block[0])[0], module.span(block[-1])[1])
        )

    def _loop(
        self, module: Module, node: ast.For | ast.AsyncFor | ast.While, state: State
    ) -> State | None:
        if not isinstance(node, ast.While):
            state = self._expression(module, node.iter, state)
        while True:
            if isinstance(node, ast.While):
                before = self._implied(node, self._expression(module, node.test, state))
            else:
                before = self._children(module, node.target, self._others_run(state))
            self._exits.append({})
            after = self._block(module, node.body, before)
            ways = self._exits.pop()
            again = joined(joined(before, after), ways.get("continue")) or before
            self._take("return", ways.get("return"))
            if again in (before, state):
                break
            state = again
        return joined(self._block(module, node.orelse, before), ways.get("break"))

    def _with(self, module: Module, node: ast.With | ast.AsyncWith, state: State) -> State | None:
        before = state
        for item in node.items:
            state = self._others_run(self._expression(module, item.context_expr, state))
            state = (
                state
                if item.optional_vars is None
                else self._children(module, item.optional_vars, state)
            )
        self._failed.append(state)
        after = self._block(module, node.body, state)
        failed = self._failed.pop()
        self._may_fail(failed)
        every = joined(after, failed)
        if every is not None and after is not None and setter_calls.only_tries(module, node):
            self._attempted(after, joined(before, every) or every)
        return None if every is None else self._others_run(every)

    def _attempted(self, worked: State, every: State) -> None:
        for force in worked.force:
            if force is not None:
                self.found.instead[force] |= every.force - worked.force

    def _try(self, module: Module, node: ast.Try, state: State) -> State | None:
        if not node.finalbody:
            return self._tried(module, node, state)
        self._exits.append({})
        self._failed.append(state)
        after = self._tried(module, node, state)
        failed = self._failed.pop()
        for way, ended in self._exits.pop().items():
            self._take(way, self._block(module, node.finalbody, ended))
        self._may_fail(self._block(module, node.finalbody, failed))
        return self._block(module, node.finalbody, after)

    def _tried(self, module: Module, node: ast.Try, state: State) -> State | None:
        self._failed.append(state)
        worked = self._block(module, node.body, state)
        failed = self._failed.pop()
        self._may_fail(failed)
        after = self._block(module, node.orelse, worked)
        for handler in node.handlers:
            if failed is not None and handler.type is not None:
                failed = self._expression(module, handler.type, failed)
            ended = self._block(module, handler.body, failed)
            if not conditions.only_minds_absence(node):
                after = joined(after, ended)
        if after is not None and worked is not None and setter_calls.only_tries(module, node):
            self._attempted(worked, after)
        return after

    def _match(self, module: Module, node: ast.Match, state: State) -> State | None:
        state = self._implied(node, self._expression(module, node.subject, state))
        after: State | None = state
        for case in node.cases:
            for one in ast.walk(case.pattern):
                if isinstance(one, ast.MatchValue | ast.MatchClass):
                    state = self._implied(one, self._children(module, one, state))
            then = state if case.guard is None else self._expression(module, case.guard, state)
            after = joined(after, self._block(module, case.body, then))
        return after

    def _import(
        self, module: Module, node: ast.Import | ast.ImportFrom, state: State
    ) -> State | None:
        for one in module.imported:
            if one.statement is node:
                self._bound[module, one.local] |= state.force
        for several in imports.by_statement(self._code, module, node):
            ways = [self.load(one, state) for one in several]
            for way in ways:
                state = way if len(ways) == 1 else joined(state, way) or state
        return state


_STATEMENTS: dict[type[ast.stmt], Callable[..., State | None]] = {
    ast.FunctionDef: Statements._defined,
    ast.AsyncFunctionDef: Statements._defined,
    ast.ClassDef: Statements._class,
    **dict.fromkeys((ast.Return, ast.Raise, ast.Break, ast.Continue), Statements._leave),
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign), Statements._assigned),
    **dict.fromkeys((ast.Expr, ast.Delete, ast.Assert), Statements._plain),
    **dict.fromkeys((ast.Pass, ast.Global, ast.Nonlocal), Statements._nothing),
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While), Statements._loop),
    **dict.fromkeys((ast.With, ast.AsyncWith), Statements._with),
    **dict.fromkeys((ast.Import, ast.ImportFrom), Statements._import),
    ast.If: Statements._if,
    **dict.fromkeys((ast.Try, ast.TryStar), Statements._try),
    ast.Match: Statements._match,
}
