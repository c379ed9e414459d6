"""Find the modules that an import may run: a statement, or ``importlib.import_module(NAME)``."""

import ast
import os
from collections.abc import Iterator

from compat.codemod.plan.code import Code, base_of, joined
from compat.codemod.source import Module, string


def by_statement(
    code: Code, module: Module, statement: ast.Import | ast.ImportFrom
) -> Iterator[list[Module]]:
    """Yield the modules that a statement imports, in running order, each with alternatives."""
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            parts = alias.name.split(".")
            for length in range(len(parts)):
                yield code.files(".".join(parts[: length + 1]), module)
        return
    base = base_of(statement)
    yield code.files(base, module)
    for alias in statement.names:
        if not any(alias.name in one.names.module.bindings for one in code.files(base, module)):
            yield code.files(joined(base, alias.name), module) or [
                inner for one in code.files(base, module) for inner in lazily(code, one, alias.name)
            ]


def lazily(code: Code, package: Module, name: str) -> list[Module]:
    """Return the modules that a package's ``__getattr__`` may load for a name."""
    if "__getattr__" not in package.names.module.bindings:
        return []
    folder = os.path.join(os.path.dirname(package.path), "")
    return code.inside(package, name) or [
        one for one in code.modules if one.path.startswith(folder)
    ]


def by_name(code: Code, module: Module, node: ast.expr) -> list[Module] | None:
    """Return the modules whose name an expression may give; ``None`` if it may name any module."""
    text, is_whole = _beginning(node)
    if is_whole:
        return code.files(text, module)
    package = text.rpartition(".")[0].lstrip(".")
    folder = os.path.join(os.sep, *package.split("."), "")
    return [one for one in code.modules if folder in os.sep + one.path] if package else None


def _beginning(node: ast.expr) -> tuple[str, bool]:
    """Return the literal text that a name begins with, and whether it is the whole name."""
    first = node
    while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Add):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    return string(first), first is node and string(first) != ""
