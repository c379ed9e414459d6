"""Find every call that sets the global backend, and classify where it is."""

import ast
import dataclasses
import re
from collections.abc import Iterable
from typing import TypeGuard

from compat.codemod.source import Kind, Module, Use, conditions, old_names, string

_LOGGERS = re.compile(r"\A_?(print|warn|warnings|log|logs|logging|logger|console)\Z", re.I)


@dataclasses.dataclass(frozen=True, eq=False)
class SetterCall:
    """One call of the setter.

    Attributes:
        statement: the statement that contains the call.
        name: the literal that is set; ``None`` if it is not a literal.
        where: ``module``, ``main`` (below ``if __name__ == "__main__"``, or in a function that the
            program calls as it starts), ``platform``, ``try``, ``guarded``, ``function``,
            ``branch``, or ``value`` if the call's value is used.
        region: the statement to remove with it: its own, or the ``try``, ``with`` or ``if`` around
            it.
        asked: the getters in the ``if`` around it that only check whether it is set already.
    """

    module: Module
    use: Use
    call: ast.Call
    statement: ast.stmt
    name: str | None
    where: str
    region: ast.stmt
    asked: tuple[Use, ...] = ()


def of(module: Module) -> list[SetterCall]:
    """Return the setters of a module, in the order of the text."""
    calls = (use for use in module.of(Kind.SETTER) if use.call is not None)
    return module.note("setter calls", lambda: [_setter_call(module, use) for use in calls])


def names(modules: Iterable[Module]) -> frozenset[str | None]:
    """Return the names set in some modules; ``None`` stands for one that is not a literal."""
    return frozenset(
        literal(use.call) if use.call else None
        for module in modules
        for use in module.of(Kind.SETTER)
    )


def argument(call: ast.Call) -> ast.expr | None:
    """Return the setter's argument, if it has exactly one."""
    if len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
        return call.args[0]
    if not call.args and len(call.keywords) == 1 and call.keywords[0].arg == "backend":
        return call.keywords[0].value
    return None


def literal(call: ast.Call) -> str | None:
    """Return the backend's name, if it is a literal."""
    return string(argument(call)) or None


def _setter_call(module: Module, use: Use) -> SetterCall:
    call = use.call
    assert call is not None
    statement = module.statement_of(call)
    whole = isinstance(statement, ast.Expr) and statement.value is call
    name = literal(call)
    test = _asks_first(module, statement, name) if whole else None
    asked = tuple(
        one
        for one in module.of(Kind.GETTER)
        if test is not None and module.inside(one.node, test.test)
    )
    where, region = _where(module, test or statement) if whole else ("value", statement)
    if (
        where == "module"
        and name is None
        and (chosen := chosen_by_platform(module, argument(call)))
    ):
        where, name = "platform", chosen[0]
    if where == "function" and _runs_at_start(module, region):
        where = "main"
    return SetterCall(module, use, call, statement, name, where, region, asked)


def _asks_first(module: Module, statement: ast.stmt, name: str | None) -> ast.If | None:
    """Return the ``if`` around a setter that only checks whether this backend is set already."""
    above = module.names.parents[statement]
    if (
        not isinstance(above, ast.If)
        or above.body != [statement]
        or above.orelse
        or module.is_elif(above)
        or name is None
    ):
        return None
    test, denied = above.test, False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, denied = test.operand, True
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    wanted = (ast.Eq, ast.Is, ast.In) if denied else (ast.NotEq, ast.IsNot, ast.NotIn)
    sides = [test.left, test.comparators[0]]
    getter = next(
        (
            one
            for one in sides
            if _calls(one, module, Kind.GETTER) and not (one.args or one.keywords)
        ),
        None,
    )
    other = next((one for one in sides if one is not getter), None)
    if (
        isinstance(test.ops[0], ast.In | ast.NotIn)
        and isinstance(other, ast.Tuple | ast.List | ast.Set)
        and len(other.elts) == 1
    ):
        other = other.elts[0] if getter is test.left else None
    elif isinstance(test.ops[0], ast.In | ast.NotIn):
        return None
    same = isinstance(other, ast.Constant) and other.value == name
    return above if getter is not None and isinstance(test.ops[0], wanted) and same else None


def _where(module: Module, statement: ast.stmt) -> tuple[str, ast.stmt]:
    tried = None
    for above in module.names.chain(statement):
        if (
            isinstance(above, ast.If)
            and conditions.is_guard(module, above.test)
            and not conditions.asks_presence(module, above.test)
        ):
            return "guarded", above
        if only_tries(module, above):
            assert isinstance(above, ast.stmt)
            tried = above
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            break
    if tried is not None:
        return "try", tried
    region, parent = _around(module, statement)
    if isinstance(parent, ast.Module):
        return "module", region
    if isinstance(parent, ast.If):
        if conditions.is_main_guard(module, parent):
            return "main", region
        outer = parent
        while module.is_elif(outer) and isinstance(above := module.names.parents[outer], ast.If):
            outer = above
        if conditions.is_platform_test(module, outer.test) and outer in module.tree.body:
            return "platform", outer
    return "branch" if module.function_of(statement) is None else "function", region


def _around(module: Module, statement: ast.stmt) -> tuple[ast.stmt, ast.AST]:
    """Return what to remove with a statement, and the node around both.

    Tests that only ask whether torchaudio is there are skipped.
    """
    region, below, parent = statement, statement, module.names.parents[statement]
    while isinstance(parent, ast.If | ast.Try) and below in parent.body:
        if (
            isinstance(parent, ast.If)
            and conditions.asks_presence(module, parent.test)
            and not parent.orelse
        ):
            region = parent if region is below and len(parent.body) == 1 else region
        elif not (isinstance(parent, ast.Try) and conditions.only_minds_absence(parent)):
            break
        below, parent = parent, module.names.parents[parent]
    return region, parent


def _runs_at_start(module: Module, statement: ast.stmt) -> bool:
    """Return whether a starting program reaches a function's statement.

    Each function on the way must have a single call.
    """
    place: ast.AST = statement
    seen: set[ast.AST] = set()
    while True:
        function = module.names.parents[place]
        if (
            function not in module.tree.body
            or function in seen
            or not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        ):
            return False
        seen.add(function)
        names = {
            call: module.names.bindings(call.func)
            for call in module.calls
            if isinstance(call.func, ast.Name)
        }
        calls = [
            call
            for call, bindings in names.items()
            if [binding.node for binding in bindings] == [function]
        ]
        if any(_at_start(module, call) for call in calls):
            return True
        inner = [
            call
            for call in calls
            if module.names.parents[module.statement_of(call)] in module.tree.body
        ]
        if len(calls) != 1 or not inner:
            return False
        place = module.statement_of(inner[0])


def _at_start(module: Module, call: ast.Call) -> bool:
    """Return whether a call is at module level, or below ``if __name__ == "__main__"``."""
    if module.function_of(call) is not None:
        return False
    statement = module.statement_of(call)
    return statement in module.tree.body or any(
        isinstance(above, ast.If) and conditions.is_main_guard(module, above)
        for above in module.names.chain(statement)
    )


def only_tries(module: Module, statement: ast.AST) -> bool:
    """Return whether a ``try`` or ``suppress`` only sets a backend.

    Its handlers may only set or try another one, pass or log.
    """
    if isinstance(statement, ast.With):
        call = statement.items[0].context_expr
        suppresses = (
            isinstance(call, ast.Call)
            and module.names.qualified(call.func) == "contextlib.suppress"
        )
        return suppresses and len(statement.items) == 1 and only_sets(module, statement.body)
    if (
        not isinstance(statement, ast.Try)
        or statement.finalbody
        or not statement.handlers
        or not only_sets(module, statement.body)
    ):
        return False
    return all(
        _sets(module, one) or _idle(module, one) or only_tries(module, one)
        for block in [*(h.body for h in statement.handlers), statement.orelse]
        for one in block
    )


def only_sets(module: Module, block: list[ast.stmt]) -> bool:
    """Return whether a block sets literal backends and does nothing else."""
    return bool(block) and all(_sets(module, one) for one in block)


def _sets(module: Module, statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return _calls(call, module, Kind.SETTER) and literal(call) is not None


def _calls(node: ast.AST | None, module: Module, kind: Kind) -> TypeGuard[ast.Call]:
    known = (
        old_names.KNOWN.get(module.names.qualified(node.func) or "")
        if isinstance(node, ast.Call)
        else None
    )
    return known is not None and known.kind == kind


def _idle(module: Module, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    root = statement.value.func
    while isinstance(root, ast.Attribute):
        root = root.value
    if not (isinstance(root, ast.Name) and _LOGGERS.match(root.id)):
        return False
    # the logged values must have no side effects
    inner = [
        node
        for argument in [*statement.value.args, *statement.value.keywords]
        for node in ast.walk(argument)
    ]
    calls = [node for node in inner if isinstance(node, ast.Call)]
    return all(
        any(module.names.is_builtin(call.func, name) for name in ("str", "repr", "type", "format"))
        for call in calls
    )


def chosen_by_platform(module: Module, node: ast.expr | None) -> list[str]:
    """Return the names that an expression chooses from by the operating system alone, or none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if not isinstance(node, ast.IfExp) or not conditions.is_platform_test(module, node.test):
        return []
    one, other = chosen_by_platform(module, node.body), chosen_by_platform(module, node.orelse)
    return [*one, *other] if one and other else []


def platform_choice(module: Module, statement: ast.stmt) -> str | None:
    """Return the expression for the backend that is set by platform, with its per-call name.

    Return ``None`` if the statement does more.
    """
    if isinstance(statement, ast.If):
        return _choice_of_arms(module, statement)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return _choice_of_values(module, argument(call)) if isinstance(call, ast.Call) else None


def _choice_of_values(module: Module, node: ast.expr | None) -> str | None:
    if isinstance(node, ast.IfExp):
        one, other = _choice_of_values(module, node.body), _choice_of_values(module, node.orelse)
        return (
            None
            if one is None or other is None
            else f"{one} if {module.segment(node.test)} else {other}"
        )
    name = old_names.PER_CALL_NAMES.get(str(node.value)) if isinstance(node, ast.Constant) else None
    return None if name is None else f'"{name}"'


def _choice_of_arms(module: Module, statement: ast.If) -> str | None:
    first = arm(module, statement.body)
    one_line = statement.test.lineno == statement.test.end_lineno and not isinstance(
        statement.test, ast.IfExp
    )
    if first is None or not one_line or not conditions.is_platform_test(module, statement.test):
        return None
    if not statement.orelse:
        other: str | None = "None"
    elif len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        other = _choice_of_arms(module, statement.orelse[0])
    else:
        name = arm(module, statement.orelse)
        other = None if name is None else f'"{name}"'
    return None if other is None else f'"{first}" if {module.segment(statement.test)} else {other}'


def arm(module: Module, block: list[ast.stmt]) -> str | None:
    """Return the per-call name of the backend that a block sets, if it does nothing else."""
    if len(block) != 1 or not only_sets(module, block):
        return None
    call = block[0].value  # type: ignore[attr-defined]
    return old_names.PER_CALL_NAMES.get(literal(call) or "")


def lacks_new_arm(setter: SetterCall) -> bool:
    """Return whether a setter is guarded by a release test that has no arm for newer ones."""
    region = setter.region
    guarded = setter.where == "guarded" and isinstance(region, ast.If)
    return guarded and (not region.orelse or only_sets(setter.module, region.orelse))  # type: ignore[attr-defined]
