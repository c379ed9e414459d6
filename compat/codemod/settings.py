"""Every place that sets the global backend, and what kind of place it is."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator

from compat.codemod import api
from compat.codemod.module import Module, Use

_PLATFORM = {"sys.platform", "os.name", "platform.system", "platform.platform", "platform.machine", "sys.getwindowsversion"}
_LOGGERS = re.compile(r"\A_?(print|warn|warnings|log|logs|logging|logger|console)\Z", re.I)


@dataclasses.dataclass(frozen=True, eq=False)
class Setting:
    """One call of the setter.

    Attributes:
        statement: the statement, where the call is all of it.
        name: the literal that is set; ``None`` where it is not one.
        where: ``module``, ``main`` (below ``if __name__ == "__main__"``, or in a function called from there), ``platform``,
            ``try``, ``guarded``, ``function``, ``branch``, or ``value`` where the call's value is used.
        region: the statement that is to go with it: itself, the ``try`` or the ``if`` around it.
    """

    module: Module
    use: Use
    call: ast.Call
    statement: ast.stmt
    name: str | None
    where: str
    region: ast.stmt

    @property
    def hard(self) -> bool:
        """Whether it always runs, before anything that the program does later."""
        return self.where in ("module", "main")


def of(module: Module) -> list[Setting]:
    """The settings of a module, in the order of the text."""
    return [_setting(module, use) for use in module.of("setter") if use.call is not None and not use.stored]


def argument(call: ast.Call) -> ast.expr | None:
    """What the setter is given, where it is given one thing."""
    if len(call.args) == 1 and not call.keywords and not isinstance(call.args[0], ast.Starred):
        return call.args[0]
    if not call.args and len(call.keywords) == 1 and call.keywords[0].arg == "backend":
        return call.keywords[0].value
    return None


def literal(call: ast.Call) -> str | None:
    """The backend's name, where it is written there."""
    value = argument(call)
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _setting(module: Module, use: Use) -> Setting:
    call = use.call
    assert call is not None
    statement = module.statement_of(call)
    whole = isinstance(statement, ast.Expr) and statement.value is call
    where, region = _where(module, statement) if whole else ("value", statement)
    return Setting(module, use, call, statement, literal(call), where, region)


def _where(module: Module, statement: ast.stmt) -> tuple[str, ast.stmt]:
    parent = module.names.parents[statement]
    if isinstance(parent, ast.Module):
        return "module", statement
    if isinstance(parent, ast.ExceptHandler):
        parent = module.names.parents[parent]
    for above in [parent, *module.names.chain(parent)]:
        if isinstance(above, ast.If) and is_guard(module, above.test):
            return "guarded", above
        if isinstance(above, ast.Try) and only_tries(module, above):
            return "try", above
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            break
    if isinstance(parent, ast.If):
        if is_main_guard(module, parent):
            return "main", statement
        outer = parent
        while module.is_elif(outer) and isinstance(above := module.names.parents[outer], ast.If):
            outer = above
        if is_platform_test(module, outer.test) and outer in module.tree.body:
            return "platform", outer
    function = module.function_of(statement)
    if function is None:
        return "branch", statement
    if parent is function and function in module.tree.body and _called_from_main(module, function):
        return "main", statement
    return "function", statement


def is_main_guard(module: Module, statement: ast.stmt) -> bool:
    """Whether it is ``if __name__ == "__main__":`` of the module."""
    if not (isinstance(statement, ast.If) and statement in module.tree.body and isinstance(statement.test, ast.Compare)):
        return False
    test = statement.test
    sides = [test.left, *test.comparators]
    return (
        any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
        and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)
        and isinstance(test.ops[0], ast.Eq)
    )


def _called_from_main(module: Module, function: ast.AST) -> bool:
    name = getattr(function, "name", None)
    for statement in module.tree.body:
        if is_main_guard(module, statement):
            for node in ast.walk(statement):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                    return True
    return False


def is_platform_test(module: Module, test: ast.expr) -> bool:
    """Whether a test asks for the operating system and nothing else."""
    found = False
    for node in ast.walk(test):
        if isinstance(node, ast.Name):
            chain: ast.AST = node
            while isinstance(above := module.names.parents.get(chain), ast.Attribute) and module.names.qualified(chain) not in _PLATFORM:
                chain = above
            if module.names.qualified(chain) not in _PLATFORM:
                return False
            found = True
        elif (isinstance(node, ast.Call) and node.keywords) or isinstance(
            node, ast.Lambda | ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom | ast.ListComp | ast.GeneratorExp
        ):
            return False
    return found


def is_guard(module: Module, test: ast.expr) -> bool:
    """Whether a test asks what this torchaudio has: ``hasattr``, its version, its backends."""
    for node in ast.walk(test):
        if isinstance(node, ast.Name | ast.Attribute):
            qualified = module.names.qualified(node) or ""
            if qualified.startswith(f"{api.ROOT}.") or qualified in ("importlib.metadata.version", "packaging.version.parse"):
                return True
            if isinstance(node, ast.Name) and re.search(r"torch_?audio|version", node.id, re.I):
                return True
    return False


def only_tries(module: Module, statement: ast.Try) -> bool:
    """Whether a ``try`` only sets a backend, and its handlers only set another, pass or log."""
    if statement.finalbody or not statement.handlers or not all(_sets(module, one) for one in statement.body):
        return False
    return all(
        _sets(module, one) or _idle(module, one) for block in [*(h.body for h in statement.handlers), statement.orelse] for one in block
    )


def only_sets(module: Module, block: list[ast.stmt]) -> bool:
    """Whether a block sets literal backends and does nothing else."""
    return bool(block) and all(_sets(module, one) for one in block)


def _sets(module: Module, statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and is_literal_setter(module, statement.value)


def is_literal_setter(module: Module, node: ast.AST) -> bool:
    """Whether an expression is a call of the setter with a literal."""
    if not isinstance(node, ast.Call) or literal(node) is None:
        return False
    known = api.KNOWN.get(module.names.qualified(node.func) or "")
    return known is not None and known.kind == "setter"


def _idle(module: Module, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    root: ast.AST = statement.value.func
    while isinstance(root, ast.Attribute):
        root = root.value
    if not (isinstance(root, ast.Name) and _LOGGERS.match(root.id)):
        return False
    # What is logged must not itself do something.
    inner = [node for argument in [*statement.value.args, *statement.value.keywords] for node in ast.walk(argument)]
    calls = [node for node in inner if isinstance(node, ast.Call)]
    return all(any(module.names.is_builtin(call.func, name) for name in ("str", "repr", "type", "format")) for call in calls)


def platform_choice(module: Module, statement: ast.If) -> str | None:
    """The expression that gives what the arms of a platform test set, by its per-call name; ``None`` where an arm does more."""
    first = arm(module, statement.body)
    one_line = statement.test.lineno == statement.test.end_lineno and not isinstance(statement.test, ast.IfExp)
    if first is None or not one_line or not is_platform_test(module, statement.test):
        return None
    if not statement.orelse:
        other: str | None = "None"
    elif len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        other = platform_choice(module, statement.orelse[0])
    else:
        name = arm(module, statement.orelse)
        other = None if name is None else f'"{name}"'
    return None if other is None else f'"{first}" if {module.segment(statement.test)} else {other}'


def arm(module: Module, block: list[ast.stmt]) -> str | None:
    """The per-call name of what a block sets, where that is all it does."""
    if len(block) != 1 or not only_sets(module, block):
        return None
    call = block[0].value  # type: ignore[attr-defined]
    return api.PER_CALL_NAMES.get(literal(call) or "")


def platform_arms_only_set(module: Module, statement: ast.If) -> bool:
    """Whether every arm of a platform test sets literal backends and does nothing else."""
    orelse = statement.orelse
    if len(orelse) == 1 and isinstance(orelse[0], ast.If):
        rest = platform_arms_only_set(module, orelse[0])
    else:
        rest = not orelse or only_sets(module, orelse)
    return rest and is_platform_test(module, statement.test) and only_sets(module, statement.body)


def names_set(module: Module, statement: ast.stmt) -> Iterator[str]:
    """The literals that calls of the setter inside a statement set."""
    for node in ast.walk(statement):
        if is_literal_setter(module, node):
            assert isinstance(node, ast.Call)
            yield literal(node) or ""
