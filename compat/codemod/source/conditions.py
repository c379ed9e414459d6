"""Classify conditions: main guard, platform test, test of torchaudio's presence or features."""

import ast
import re

from compat.codemod.source import old_names
from compat.codemod.source.module import Module

_PLATFORM = {
    "sys.platform",
    "os.name",
    "platform.system",
    "platform.platform",
    "platform.machine",
    "sys.getwindowsversion",
}
_MAIN = ("__name__ == '__main__'", "'__main__' == __name__")
_PRESENCE = re.compile(
    r"\A_?(?:(?:is|has|have|with|use|using)_)?_?torch_?audio_?(?:is_)?(?:available|installed|present|found|importable)\Z"
    r"|\A_?(?:has|have)_?torch_?audio\Z",
    re.I,
)


def is_main_guard(module: Module, statement: ast.stmt) -> bool:
    """Return whether it is the module's ``if __name__ == "__main__":``."""
    return (
        isinstance(statement, ast.If)
        and ast.unparse(statement.test) in _MAIN
        and statement in module.tree.body
    )


def is_platform_test(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks the operating system and nothing else."""
    found = False
    for node in ast.walk(test):
        if isinstance(node, ast.Name):
            chain: ast.AST = node
            while (
                isinstance(above := module.names.parents.get(chain), ast.Attribute)
                and module.names.qualified(chain) not in _PLATFORM
            ):
                chain = above
            if module.names.qualified(chain) not in _PLATFORM:
                return False
            found = True
        elif (isinstance(node, ast.Call) and node.keywords) or isinstance(
            node,
            ast.Lambda
            | ast.NamedExpr
            | ast.Await
            | ast.Yield
            | ast.YieldFrom
            | ast.ListComp
            | ast.GeneratorExp,
        ):
            return False
    return found


def is_guard(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks what this torchaudio has: ``hasattr``, version, backends."""
    for node in ast.walk(test):
        asks = (
            isinstance(node, ast.Call)
            and module.names.is_builtin(node.func, "hasattr")
            and node.args
        )
        if asks and module.names.qualified(node.args[0]) == old_names.ROOT:  # type: ignore[attr-defined]
            return True
        if isinstance(node, ast.Name | ast.Attribute):
            qualified = module.names.qualified(node) or ""
            if qualified.startswith(f"{old_names.ROOT}.") or qualified in (
                "importlib.metadata.version",
                "packaging.version.parse",
            ):
                return True
            if isinstance(node, ast.Name) and re.search(r"torch_?audio|version", node.id, re.I):
                return True
    return False


def asks_presence(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks only if torchaudio is installed.

    If it is not, no call of torchaudio can run.
    """
    if (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], ast.IsNot | ast.NotEq)
    ):
        other = test.comparators[0]
        return (
            isinstance(other, ast.Constant)
            and other.value is None
            and _is_or_finds(module, test.left)
        )
    if isinstance(test, ast.Call) and not test.args and not test.keywords:
        test = test.func
    return _is_or_finds(module, test) or (
        isinstance(test, ast.Name | ast.Attribute) and _is_flag(module, test)
    )


def _is_or_finds(module: Module, node: ast.expr) -> bool:
    if module.names.qualified(node) == old_names.ROOT:
        return True
    finds = isinstance(node, ast.Call) and module.names.qualified(node.func) in (
        "importlib.util.find_spec",
        "pkgutil.find_loader",
    )
    return (
        finds
        and len(node.args) == 1  # type: ignore[attr-defined]
        and isinstance(node.args[0], ast.Constant)  # type: ignore[attr-defined]
        and node.args[0].value == old_names.ROOT  # type: ignore[attr-defined]
    )


def _is_flag(module: Module, node: ast.Name | ast.Attribute) -> bool:
    """Return whether a name tells if torchaudio is there.

    Either its name says so, or it is set to ``True`` or ``False`` depending on whether the import
    succeeded.
    """
    if _PRESENCE.match(node.id if isinstance(node, ast.Name) else node.attr):
        return True
    bindings = module.names.bindings(node)
    found = set()
    for binding in bindings:
        statement = module.names.parents.get(binding.node)
        value = statement.value if isinstance(statement, ast.Assign) else None
        if not (
            isinstance(value, ast.Constant)
            and isinstance(value.value, bool)
            and isinstance(statement, ast.Assign)
        ):
            return False
        parent = module.names.parents[statement]
        after = (
            isinstance(parent, ast.Try)
            and statement in [*parent.body, *parent.orelse]
            and only_minds_absence(parent)
        )
        if value.value != after:
            return False
        found.add(value.value)
    return found == {True, False}


def only_minds_absence(statement: ast.Try) -> bool:
    """Return whether a ``try`` imports torchaudio and catches import errors only."""
    imports = any(
        isinstance(one, ast.Import | ast.ImportFrom)
        and any(name.name.partition(".")[0] == old_names.ROOT for name in one.names)
        for one in statement.body
    )
    return (
        imports
        and bool(statement.handlers)
        and all(catches_import_errors_only(one) for one in statement.handlers)
    )


def catches_import_errors_only(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches only ``ImportError`` and its kin, which no setter raises."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return all(
        isinstance(kind, ast.Name) and kind.id in ("ImportError", "ModuleNotFoundError")
        for kind in kinds
    )


def in_import_ladder(module: Module, statement: ast.stmt) -> bool:
    """Return whether an import is in a ``try`` with a handler for its failure."""
    return any(
        isinstance(above, ast.Try) and above.handlers for above in module.names.chain(statement)
    )
