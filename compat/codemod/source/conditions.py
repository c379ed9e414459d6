"""Classify conditions: main guard, platform test, test of torchaudio's presence or features."""

import ast
import re
import sys

from compat.codemod.source import old_names
from compat.codemod.source.calls import literal, plain_name
from compat.codemod.source.module import Module

_PLATFORM = {
    "sys.platform",
    "os.name",
    "platform.system",
    "platform.platform",
    "platform.machine",
    "sys.getwindowsversion",
}
_NOT_PLAIN = (
    ast.Await, ast.GeneratorExp, ast.Lambda, ast.ListComp, ast.NamedExpr, ast.Yield, ast.YieldFrom,
)  # fmt: skip
_VERSIONS = ("importlib.metadata.version", "packaging.version.parse")
_FINDERS = ("importlib.util.find_spec", "pkgutil.find_loader")
_MAIN = ("__name__ == '__main__'", "'__main__' == __name__")
# modules that are there wherever torchaudio is
_THERE = {old_names.ROOT, "torch", *sys.stdlib_module_names}
_PRESENCE = re.compile(
    r"\A_?(?:(?:is|has|have|with|use|using)_)?_?torch_?audio_?(?:is_)?(?:available|installed|present|found|importable)\Z"
    r"|\A_?(?:has|have)_?torch_?audio\Z",
    re.I,
)


def is_main_guard(module: Module, statement: ast.stmt) -> bool:
    """Return whether it is the module's ``if __name__ == "__main__":``."""
    return (
        isinstance(statement, ast.If)
        and statement in module.tree.body
        and ast.unparse(statement.test) in _MAIN
    )


def is_platform_test(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks the operating system and nothing else."""
    parts = [*ast.walk(test)]
    if any(isinstance(one, _NOT_PLAIN) or getattr(one, "keywords", ()) for one in parts):
        return False
    asked = {
        name
        for one in parts
        if isinstance(one, ast.Name | ast.Attribute) and module.names.qualified(one) in _PLATFORM
        for name in ast.walk(one)
        if isinstance(name, ast.Name)
    }
    names = [one for one in parts if isinstance(one, ast.Name)]
    return bool(names) and all(one in asked for one in names)


def is_guard(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks what this torchaudio has: ``hasattr``, version, backends."""
    for node in ast.walk(test):
        path = module.names.qualified(node) or ""
        if path.startswith(f"{old_names.ROOT}.") or path in _VERSIONS:
            return True
        if isinstance(node, ast.Name) and re.search(r"torch_?audio|version", node.id, re.I):
            return True
        if (
            isinstance(node, ast.Call)
            and module.names.is_builtin(node.func, "hasattr")
            and any(module.names.qualified(one) == old_names.ROOT for one in node.args)
        ):
            return True
    return False


def asks_presence(module: Module, test: ast.expr) -> bool:
    """Return whether a test checks only if torchaudio is installed.

    If it is not, no call of torchaudio can run.
    """
    match test:
        case ast.Compare(left, [ast.IsNot() | ast.NotEq()], [ast.Constant(None)]):
            return _is_or_finds(module, left)
        case ast.Call(function, [], []):
            test = function
    return _is_or_finds(module, test) or (
        isinstance(test, ast.Name | ast.Attribute) and _is_flag(module, test)
    )


def _is_or_finds(module: Module, node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        finds = module.names.qualified(node.func) in _FINDERS and len(node.args) == 1
        return finds and literal(node.args[0]) == old_names.ROOT
    return module.names.qualified(node) == old_names.ROOT


def _is_flag(module: Module, node: ast.Name | ast.Attribute) -> bool:
    """Return whether a name tells if torchaudio is there.

    Either its name says so, or it is set to ``True`` or ``False`` depending on whether the import
    succeeded.
    """
    if _PRESENCE.match(plain_name(node)):
        return True
    found = set()
    for binding in module.names.bindings(node):
        statement = module.names.parents[binding.node]
        value = literal(statement.value) if isinstance(statement, ast.Assign) else None
        attempt = module.names.parents.get(statement)
        after = (
            isinstance(attempt, ast.Try)
            and statement in [*attempt.body, *attempt.orelse]
            and only_minds_absence(attempt)
        )
        if value is not after:
            return False
        found.add(value)
    return found == {True, False}


def only_minds_absence(statement: ast.Try | ast.TryStar) -> bool:
    """Return whether a ``try`` imports torchaudio and catches import errors only.

    If it imports other modules that may be missing, torchaudio may be there when one of them fails.
    """
    imported = {
        name.partition(".")[0]
        for one in statement.body
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name in _imported(one)
    }
    return (
        old_names.ROOT in imported
        and imported <= _THERE
        and bool(statement.handlers)
        and all(catches_import_errors_only(one) for one in statement.handlers)
    )


def _imported(statement: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(statement, ast.Import):
        return [one.name for one in statement.names]
    module = "" if statement.level else statement.module or ""
    # a name that torchaudio lacks does not show that it is absent
    return [module] if module.partition(".")[0] != old_names.ROOT else []


def catches_import_errors_only(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches only ``ImportError`` and its kin, which no setter raises."""
    return caught(handler) <= {"ImportError", "ModuleNotFoundError"}


def caught(handler: ast.ExceptHandler) -> set[str]:
    """Return the plain names of what a handler catches; an empty name for all, or no name."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {plain_name(kind) for kind in kinds}


def in_import_ladder(module: Module, statement: ast.stmt) -> bool:
    """Return whether an import is in a ``try`` with a handler for its failure."""
    return any(
        isinstance(above, ast.Try) and above.handlers for above in module.names.chain(statement)
    )
