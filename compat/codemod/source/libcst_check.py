"""LibCST's word on names that are bound more than once: its scopes are asked before a change rests on one.

A name that one import binds and nothing else in the file does needs no witness. For the others both readings must agree, ours on
``ast`` and LibCST's scope and qualified-name metadata. Only the statements that mention the name are given to LibCST, because its
scopes take five times as long as its parser and the rest of a file cannot bind the name.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from compat.codemod.source.module import Module, Use

if TYPE_CHECKING:
    import libcst


@dataclasses.dataclass(frozen=True)
class Dissent:
    """A use that LibCST reads otherwise, and how."""

    use: Use
    reason: str


def dissent(module: Module) -> Dissent | None:
    """The first use in a module whose name LibCST reads otherwise; ``None`` where both readings agree."""
    return module.note("dissent", lambda: _dissent(module))


def _dissent(module: Module) -> Dissent | None:
    asked = defaultdict(list)
    for use in module.uses:
        if use.root.id in module.names.rebound:
            asked[use.root.id].append(use)
    for name, uses in asked.items():
        found = _ask(module, name, uses)
        if found is not None:
            return found
    return None


def _ask(module: Module, name: str, uses: list[Use]) -> Dissent | None:
    import libcst

    try:
        read = _read(_statements_with(module, name), name)
    except (libcst.ParserSyntaxError, RecursionError):
        return Dissent(uses[0], f"{name} is bound more than once, and LibCST cannot read the file")
    for use in uses:
        line, column = module.text.position(module.span(use.root)[0])
        imports, has_local = read.get((line, column), (frozenset(), False))
        target = module.names.qualified(use.root)
        bindings = module.names.bindings(use.root)
        if imports != {target} or (has_local and not any(binding.nothing for binding in bindings)):
            seen = ", ".join(sorted(imports)) or "nothing that is imported"
            return Dissent(use, f"{name} is bound more than once, and LibCST takes it here for {seen}{' or a local value' * has_local}")
    return None


def _statements_with(module: Module, name: str) -> str:
    """The module with every statement blanked, of its top and of its classes, that does not mention a name; lines and columns stay."""
    text = module.text
    kept = [""] * len(text.starts)
    mention = re.compile(rf"{re.escape(name)}(?<!\w{re.escape(name)})\b")

    def keep(first: int, last: int) -> None:
        for line in range(first, last + 1):
            kept[line - 1] = text.text[text.starts[line - 1] : text.line_end(text.starts[line - 1])]

    def keep_of(statements: list[ast.stmt]) -> bool:
        found = False
        for statement in statements:
            first, last = _first_line(statement), statement.end_lineno or statement.lineno
            end = text.starts[last] if last < len(text.starts) else len(text.text)
            if not mention.search(text.text, text.starts[first - 1], end):
                continue
            found = True
            inner = _first_line(statement.body[0]) if isinstance(statement, ast.ClassDef) else first
            if isinstance(statement, ast.ClassDef) and inner > statement.lineno:
                keep(first, inner - 1)
                if not keep_of(statement.body):
                    keep(inner, statement.body[0].end_lineno or inner)  # a class has to have something in it
            else:
                keep(first, last)
        return found

    keep_of(module.tree.body)
    return "\n".join(kept) + "\n"


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(one.lineno for one in decorators)])


def _read(source: str, name: str) -> dict[tuple[int, int], tuple[frozenset[str], bool]]:
    """For each place where a name is read: the imports that it may be, and whether it may be a local value."""
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameSource, ScopeProvider

    wrapper = MetadataWrapper(libcst.parse_module(source), unsafe_skip_copy=True)
    scopes, positions = wrapper.resolve(ScopeProvider), wrapper.resolve(PositionProvider)
    found = {}
    for scope in {scope for scope in scopes.values() if scope is not None}:
        for access in scope.accesses:
            root = _root(access.node)
            if root is None or root.value != name:
                continue
            names = scope.get_qualified_names_for(root)
            start = positions[root].start
            imports = frozenset(one.name for one in names if one.source is QualifiedNameSource.IMPORT)
            found[start.line, start.column + 1] = imports, any(one.source is QualifiedNameSource.LOCAL for one in names)
    return found


def _root(node: libcst.CSTNode) -> libcst.Name | None:
    """The first name of a dotted one."""
    import libcst

    while isinstance(node, libcst.Attribute):
        node = node.value
    return node if isinstance(node, libcst.Name) else None
