"""Find every call that sets the global backend, and classify where it is."""

import ast
import dataclasses
import functools
import re
from collections.abc import Iterable

from compat.codemod.source import Kind, Module, Use, called, conditions, noted, old_names, string

CHOSEN = "chosen by platform"  # the name that a setter with a conditional expression sets
_LOGGERS = re.compile(r"_?(print|warn|warnings|log|logs|logging|logger|console)(\.\w+)*", re.I)


@dataclasses.dataclass(frozen=True, eq=False)
class SetterCall:
    """One call of the setter.

    Attributes:
        statement: the statement that contains the call.
        name: the literal that is set; ``None`` if it is not a literal.
        where: ``module``, ``main`` (below ``if __name__ == "__main__"``), ``platform``, ``try``,
            ``guarded``, ``function``, ``branch``, or ``value`` if the call's value is used.
        region: the statement to remove with it: its own, or the ``try``, ``with`` or ``if`` around
            it.
        asked: the getter of an ``if`` around it that only checks whether it is set already.
    """

    module: Module
    use: Use
    call: ast.Call
    statement: ast.stmt
    name: str | None
    where: str
    region: ast.stmt
    asked: tuple[Use, ...] = ()

    @functools.cached_property
    def in_text(self) -> tuple[str, int]:
        """Return a key by which setters are sorted as they stand in the text."""
        return self.module.path, self.module.span(self.call)[0]


@noted
def of(module: Module) -> list[SetterCall]:
    """Return the setters of a module, in the order of the text."""
    return [_setter_call(module, use) for use in module.of(Kind.SETTER) if use.call is not None]


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
    statement, name = module.statement_of(call), literal(call)
    where, region = "value", statement
    asked: tuple[Use, ...] = ()
    if isinstance(statement, ast.Expr) and statement.value is call:
        asked = _asks_first(module, statement, name)
        around = module.statement_of(module.names.parents[statement]) if asked else statement
        where, region = _where(module, around)
    is_plain = where in ("module", "main", "function") and name is None
    if is_plain and platform_choice(module, statement):
        where, name = "platform", CHOSEN
    return SetterCall(module, use, call, statement, name, where, region, asked)


# tests that ask first, written with x for the getter's call and {} for the literal
_ASKING = (
    "x != {}", "{} != x", "x is not {}", "{} is not x", "x not in ({},)", "x not in [{}]",
    "not x == {}", "not {} == x", "not x is {}", "not {} is x", "not x in ({},)", "not x in [{}]",
)  # fmt: skip


def _asks_first(module: Module, statement: ast.stmt, name: str | None) -> tuple[Use, ...]:
    """Return the getter of an ``if`` that only checks whether this backend is set already."""
    above = module.names.parents[statement]
    if not (isinstance(above, ast.If) and above.body == [statement]) or above.orelse:
        return ()
    test = ast.unparse(above.test)
    for use in module.of(Kind.GETTER):
        if use.call and module.inside(use.node, above.test) and not module.is_elif(above):
            asked = test.replace(ast.unparse(use.call), "x")
            return (use,) if asked in [form.format(repr(name)) for form in _ASKING] else ()
    return ()


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
        scopes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        home = next(one for one in module.names.chain(outer) if isinstance(one, scopes))
        is_choice = not isinstance(home, ast.ClassDef) and platform_choice(module, outer)
        if (is_choice or outer in module.tree.body) and conditions.is_platform_test(
            module, outer.test
        ):
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


def only_tries(module: Module, statement: ast.AST) -> bool:
    """Return whether a ``try`` or ``suppress`` only sets a backend.

    Its handlers may only set or try another one, pass or log.
    """
    match statement:
        case ast.With([ast.withitem(ast.Call(function))], body):
            suppresses = module.names.qualified(function) == "contextlib.suppress"
            return suppresses and only_sets(module, body)
        case ast.Try(body, [_, *_] as handlers, orelse, []) if only_sets(module, body):
            rest = [one for block in (*(h.body for h in handlers), orelse) for one in block]
            return all(_sets(module, one) or _idle(one) or only_tries(module, one) for one in rest)
    return False


def only_sets(module: Module, block: list[ast.stmt]) -> bool:
    """Return whether a block sets literal backends and does nothing else."""
    return bool(block) and all(_sets(module, one) for one in block)


def _sets(module: Module, statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and _is_setter(module, call) and literal(call) is not None


def _is_setter(module: Module, call: ast.Call) -> bool:
    return any(use.call is call for use in module.of(Kind.SETTER))


def _idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(function) as call) if _LOGGERS.fullmatch(ast.unparse(function)):
            inner = [one for one in ast.walk(call) if isinstance(one, ast.Call) and one is not call]
            # other calls may have effects
            return {called(one) for one in inner} <= {"str", "repr", "type", "format"}
    return False


def platform_choice(module: Module, node: ast.AST | None) -> str | None:
    """Return the expression for what a setter or an ``if`` sets by the operating system alone.

    It has per-call names. Return ``None`` if the node does more, or sets a name unknown to 2.0.
    """
    match node:
        case ast.Expr(ast.Call() as call) if _is_setter(module, call):
            return platform_choice(module, argument(call))
        case ast.Constant(value):
            name = old_names.PER_CALL_NAMES.get(str(value))
            return name and f'"{name}"'
        case ast.If(test, [first], []):
            other: ast.AST | None = None
        case ast.IfExp(test, first, other) | ast.If(test, [first], [other]):
            pass
        case _:
            return None
    one, rest = platform_choice(module, first), platform_choice(module, other) if other else "None"
    plain = not isinstance(test, ast.IfExp) and "\n" not in module.segment(test)
    if not (one and rest and plain and conditions.is_platform_test(module, test)) or " if " in one:
        return None
    return f"{one} if {module.segment(test)} else {rest}"


def lacks_new_arm(setter: SetterCall) -> bool:
    """Return whether a setter is guarded by a release test that has no arm for newer ones."""
    region = setter.region
    guarded = setter.where == "guarded" and isinstance(region, ast.If)
    return guarded and (not region.orelse or only_sets(setter.module, region.orelse))  # type: ignore[attr-defined]
