"""What runs in a module before a setter, and whether a function that loads can be called by it."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator

from compat.codemod.plan.part import Part
from compat.codemod.source import Module, NotProvableError, all_arguments, conditions
from compat.codemod.uses import SetterCall


class _Early:
    """The statements that run before a setter, and the names that they speak of, each with the first that does."""

    def __init__(self, module: Module, setter: SetterCall) -> None:
        self.statements = dict.fromkeys(statements_before(module, setter))
        self.names: dict[str, ast.stmt] = {}
        for statement in self.statements:
            for part in _run_at_once(module, statement):
                for name in mentioned(part):
                    self.names.setdefault(name, statement)


def statements_before(module: Module, setter: SetterCall) -> Iterator[ast.stmt]:
    """The statements that run before a setter in its module: above it, above what it stands in, above the calls that lead to it."""
    for place in (setter.region, *setter.route):
        below = place
        for above in module.names.chain(place):
            if setter.route and place is not setter.route[-1] and isinstance(below, ast.FunctionDef | ast.AsyncFunctionDef):
                break
            for block in (getattr(above, "body", None), getattr(above, "orelse", None), getattr(above, "finalbody", None)):
                if isinstance(block, list) and below in block:
                    yield from block[: block.index(below)]
            below = above


def _run_at_once(module: Module, statement: ast.stmt) -> Iterable[ast.AST]:
    """The parts of a statement that run where it stands, and not only when something that it defines is called."""
    if conditions.is_main_guard(module, statement):
        return ()
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement,)
    if isinstance(statement, ast.ClassDef):
        inner = (part for one in statement.body for part in _run_at_once(module, one))
        return (*statement.decorator_list, *statement.bases, *inner)
    defaults = (one for one in (*statement.args.defaults, *statement.args.kw_defaults) if one is not None)
    return (*statement.decorator_list, *defaults)


def nothing_calls(part: Part, module: Module, function: ast.stmt, setter: SetterCall) -> None:
    """Raise unless nothing that runs before a setter can call a function of its module."""
    speakers = module.note("who speaks of whom at the top", lambda: _speakers_at_top(module))
    early = part.note(("early", setter), lambda: _Early(module, setter))
    dangerous = set()
    waiting = [getattr(function, "name", "")]
    while waiting:
        name = waiting.pop()
        if name not in dangerous:
            dangerous.add(name)
            waiting += speakers.get(name, ())
    if function in early.statements and any(_calls_what_it_decorates(module, one) for one in getattr(function, "decorator_list", ())):
        raise NotProvableError("its decorator calls a function that loads before the setter", [module.place(function)])
    named = dangerous & early.names.keys()
    if named:
        first = min((early.names[name] for name in named), key=lambda statement: statement.lineno)
        raise NotProvableError("a function that loads may run before the setter", [module.place(first)])


def _speakers_at_top(module: Module) -> dict[str, set[str]]:
    found = defaultdict(set)
    for one in module.tree.body:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for name in mentioned(one):
                found[name].add(one.name)
    return found


def _calls_what_it_decorates(module: Module, decorator: ast.expr) -> bool:
    for definition in module.tree.body:
        if isinstance(definition, ast.FunctionDef) and isinstance(decorator, ast.Name) and definition.name == decorator.id:
            given = {argument.arg for argument in all_arguments(definition.args)}
            for node in ast.walk(definition):
                called = node.func if isinstance(node, ast.Call) else None
                if isinstance(called, ast.Name) and called.id in given and module.function_of(called) is definition:
                    return True
    return False


def mentioned(node: ast.AST) -> set[str]:
    """The names and attributes that a node speaks of."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
