"""Follow the statements of a program: the state after each, and the ways out of it."""

import ast

from compat.codemod.plan import code, fixtures
from compat.codemod.plan.code import Function, Meaning
from compat.codemod.plan.effects import special
from compat.codemod.plan.execution import Execution, Visit
from compat.codemod.plan.expressions import entered, operated
from compat.codemod.plan.state import WAYS_OUT, State, joined, repeated
from compat.codemod.source import Module, conditions, noted, plain_name
from compat.codemod.uses import setter_calls

# functions of a module that Python calls for names that it does not have
_OF_MODULES = {"__getattr__", "__dir__"}

# contexts that are known to swallow no error
_PASSING_ERRORS_ON = {
    "contextlib.nullcontext",
    "torch.inference_mode",
    "torch.no_grad",
    "warnings.catch_warnings",
}


def _assign(
    run: Execution, module: Module, node: ast.Assign | ast.AnnAssign | ast.AugAssign, state: State
) -> State | None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    before = run.children(module, node.target, state) if isinstance(node, ast.AugAssign) else state
    after = run.visit(module, node.value, before)
    for target in targets:
        _named(run, module, target, node.value)
        visit = run.visit if isinstance(target, ast.Attribute) else run.children
        after = after if isinstance(node, ast.AugAssign) else visit(module, target, after)
    if isinstance(node, ast.AnnAssign):
        after = _annotated(run, module, node.annotation, after)
    plain = all(isinstance(one, ast.Name | ast.Attribute) for one in targets)
    # to unpack or to store items, to add to a list: an iterator may run
    may_iterate = isinstance(node, ast.AugAssign) or not plain
    return run.others_run(after) if after is not None and may_iterate else after


def _named(run: Execution, module: Module, target: ast.expr, value: ast.expr | None) -> None:
    """Note the names by which Python may call what is assigned."""
    for one in ast.walk(target) if not isinstance(value, ast.Constant) else ():
        scope = module.names.scope_of[one] if isinstance(one, ast.Name) else None
        if scope is None or scope.kind != "module" or plain_name(one) in _OF_MODULES:
            run.handed.special |= special(plain_name(one))


def _annotated(
    run: Execution, module: Module, node: ast.expr | None, state: State | None
) -> State | None:
    """Come to an annotation, whose calls may run; the types that it names are not used by that."""
    for one in _calling(module, node) if node is not None else ():
        if isinstance(one, ast.Call):
            state = joined(state, run.visit(module, one, state))
        for meaning in run.code.known(module, one.value) if isinstance(one, ast.Subscript) else ():
            for method in code.methods(run.code, meaning, "__class_getitem__")[0]:
                run.handed.add(method)
                state = state and run.others_run(state)
    return state


@noted  # programs come to the same annotations again and again
def _calling(_: Module, node: ast.expr) -> list[ast.Call | ast.Subscript]:
    """Return the parts of an annotation that may call something."""
    return [one for one in ast.walk(node) if isinstance(one, ast.Call | ast.Subscript)]


def _leave(run: Execution, module: Module, node: ast.stmt, state: State) -> None:
    after = run.children(module, node, state)
    if isinstance(node, ast.Raise) and after is not None:
        after = run.others_run(after)  # if it ends the program, functions run that wait for that
    run.ways.take(type(node).__name__.lower(), after)


def _if(run: Execution, module: Module, node: ast.If, state: State) -> State | None:
    if conditions.is_main_guard(module, node):
        after = run.block(module, node.body, state) if module is run.script else None
        # the code after a main block that exits runs on import
        return after or run.block(module, node.orelse, state)
    own = run.effects.marks(module).setters.values()
    asked = next((one for one in own if one.asked and one.region is node), None)
    tested = run.felt(run.visit(module, node.test, state))
    body, other = (run.block(module, one, tested) for one in (node.body, node.orelse))
    if asked is not None and body is not None:
        same = {one for one in state.force if one is not None and one.name == asked.name}
        return body._replace(force=body.force | same)
    if body is not None and conditions.asks_presence(module, node.test):
        return body
    return joined(body, other)


def _loop(
    run: Execution, module: Module, node: ast.For | ast.AsyncFor | ast.While, state: State
) -> State | None:
    def head(state: State | None) -> State | None:
        if isinstance(node, ast.While) or state is None:
            return run.felt(run.visit(module, getattr(node, "test", None), state))
        return run.children(module, node.target, run.others_run(state))

    def once(state: State | None) -> State | None:
        with run.ways.caught("continue") as left:
            after = run.block(module, node.body, head(state))
        return joined(after, left["continue"])

    start = run.visit(module, getattr(node, "iter", None), state)
    with run.ways.caught("break") as left:
        end = head(repeated(start, once))
    return joined(run.block(module, node.orelse, end), left["break"])


def _with(
    run: Execution, module: Module, node: ast.With | ast.AsyncWith, state: State
) -> State | None:
    entered: State | None = state
    for item in node.items:
        entered = run.visit(module, item.context_expr, entered)
        entered = run.children(module, item.optional_vars, entered and run.others_run(entered))
    with run.ways.caught("raise") as left:
        after = run.block(module, node.body, entered)
    run.ways.take("raise", left["raise"])
    calls = [getattr(item.context_expr, "func", item) for item in node.items]
    passes_on = all(module.names.qualified(one) in _PASSING_ERRORS_ON for one in calls)
    every = after if passes_on else joined(after, left["raise"])
    _attempt(run, module, node, after, joined(state, every))
    return every and run.others_run(every)


def _try(run: Execution, module: Module, node: ast.Try | ast.TryStar, state: State) -> State | None:
    with run.ways.caught(*(WAYS_OUT if node.finalbody else ())) as left:
        with run.ways.caught("raise") as failing:
            worked = run.block(module, node.body, state)
        failed = failing["raise"]
        run.ways.take("raise", failed)
        after = run.block(module, node.orelse, worked)
        for handler in node.handlers:
            failed = run.visit(module, handler.type, failed)
            ended = run.block(module, handler.body, failed)
            if isinstance(node, ast.TryStar):
                failed = joined(failed, ended)  # the next one may run as well
            if not conditions.only_minds_absence(node):
                after = joined(after, ended)
        _attempt(run, module, node, worked, after)
    for way, ended in left.items():
        run.ways.take(way, run.block(module, node.finalbody, ended))
    return run.block(module, node.finalbody, after)


def _attempt(
    run: Execution, module: Module, node: ast.stmt, worked: State | None, every: State | None
) -> None:
    """Note what may be in force where an attempt to set a backend fails."""
    if worked is not None and every is not None and setter_calls.only_tries(module, node):
        for force in filter(None, worked.force):
            run.evidence.instead[force] |= every.force - worked.force


def _assert(run: Execution, module: Module, node: ast.Assert, state: State) -> State | None:
    after = run.visit(module, node.test, state)
    run.ways.take("raise", run.visit(module, node.msg, after))
    return after


def _match(run: Execution, module: Module, node: ast.Match, state: State) -> State | None:
    tried, after = run.felt(run.visit(module, node.subject, state)), None
    for case in node.cases:
        fitting = run.visit(module, case.pattern, tried)
        then = run.visit(module, case.guard, fitting)
        after = joined(after, run.block(module, case.body, then))
        tried = joined(tried, fitting, then)
    return joined(after, tried)


def _import(
    run: Execution, module: Module, node: ast.Import | ast.ImportFrom, state: State
) -> State:
    for one in module.imported:
        if one.statement is node:
            run.bound_by[module, one.local] |= state.force
    for several, is_sure in run.code.imported(module, node):
        if several and run.all_run:  # it may run only now, though it counts as imported before
            run.evidence.note_between(state, run.effects.setters)
        ways = [run.load(one, state) for one in several]
        state = joined(*ways, *([] if is_sure and len(ways) == 1 else [state])) or state
        if is_sure and len(several) == 1 and _has_set(run, several[0], module):
            state = state._replace(force=state.force - {None})
    return state


def _has_set(run: Execution, imported: Module, importer: Module) -> bool:
    """Return whether a setter has run once a module is imported, and not in the midst of it."""
    graph = run.effects.project.imports
    return (
        imported in run.setting
        and None not in run.effects.setters
        and importer.path not in graph.reachable(imported.path)
    )


def _define(run: Execution, module: Module, node: Function, state: State) -> State:
    run.defined[node] = run.defined.get(node, frozenset()) | state.force
    after: State | None = _decorators(run, module, node, state)
    after = run.visit(module, node.args, after)
    after = _annotated(run, module, node.returns, after)
    above = module.names.parents.get(node)
    if node.name in _OF_MODULES and not isinstance(above, ast.ClassDef):
        run.handed.add((module, node))
    return _decorated(run, module, node, after or state)


def _class(run: Execution, module: Module, node: ast.ClassDef, state: State) -> State:
    after: State | None = _decorators(run, module, node, state)
    for base in (*node.bases, *(one.value for one in node.keywords)):
        if not run.code.known(module, base):
            after = run.visit(module, base, after)
    # what runs as a class is made: metaclass, `__init_subclass__`, an enum's methods
    makers: list[Meaning] = []
    for home, one in code.line(run.code, (module, node)):
        makers += [(module, node)] if code.is_enum(one) else []
        for keyword in one.keywords:
            makers += run.code.known(home, keyword.value)
    makers += code.methods(run.code, (module, node), "__init_subclass__")[0]
    if makers or "__set_name__" in run.effects.defined:
        makers.append((module, node))  # they are given the class, and may keep it
    for made_by in makers:
        run.handed.add(made_by)
    after = run.others_run(after or state) if makers else after
    after = run.block(module, node.body, after) or state
    return _decorated(run, module, node, run.others_run(after) if makers else after)


def _decorators(
    run: Execution, module: Module, node: Function | ast.ClassDef, state: State
) -> State:
    """Come to the decorators of a function or class, which are evaluated first."""
    for one in node.decorator_list:
        if not code.keeps(module, one) and not run.code.known(module, one):
            state = run.visit(module, one, state) or state
    return state


def _decorated(
    run: Execution, module: Module, node: Function | ast.ClassDef, state: State
) -> State:
    """Decorate a function; decorators from outside the project keep it and call it later."""
    for one in reversed(node.decorator_list):
        if code.keeps(module, one) or fixtures.is_of_runner(module, one):
            continue
        run.handed.add((module, node))
        for target in run.code.known(module, one):
            state = joined(state, entered(run, target, state)) or state
        # what a function of the project returns decorates
        if isinstance(one, ast.Call) and run.code.known(module, one.func):
            state = run.others_run(state)
    return state


VISITS: dict[type[ast.AST], Visit] = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _define),
    ast.ClassDef: _class,
    **dict.fromkeys((ast.Return, ast.Raise, ast.Break, ast.Continue), _leave),
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign), _assign),
    ast.Delete: operated,  # a generator ends, or a finalizer runs
    **dict.fromkeys((ast.For, ast.AsyncFor, ast.While), _loop),
    **dict.fromkeys((ast.With, ast.AsyncWith), _with),
    **dict.fromkeys((ast.Import, ast.ImportFrom), _import),
    ast.If: _if,
    **dict.fromkeys((ast.Try, ast.TryStar), _try),
    ast.Assert: _assert,
    ast.Match: _match,
    ast.arg: lambda run, module, node, state: _annotated(run, module, node.annotation, state),
}
