"""Find expressions in f-strings whose places ``ast`` gives wrongly (Python before 3.12)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from compat.codemod.source.text import parse

if TYPE_CHECKING:
    from compat.codemod.source.tree import Tree

_BEFORE = re.compile(r"\{[\s(]*\Z")
_EQUALS = re.compile(r"[\s)]*(=)[ ]*(?=[!:}])")
_AFTER = re.compile(r"[\s)]*(?:[}:]|![^=])")


def unplaced(tree: Tree) -> set[ast.AST]:
    """Return the nodes in f-strings that must stay: text, and expressions with wrong places."""
    found: set[ast.AST] = set()
    placed: set[ast.AST] = set()
    for outer in tree.names.all(ast.JoinedStr):
        for part in outer.values:
            found |= {part}
            if isinstance(part, ast.FormattedValue):
                placed |= set(_placed(tree, outer, part.value))
                found |= set(ast.walk(part.value))
    return found - placed


def spelled(tree: Tree, node: ast.AST) -> tuple[int, int, str] | None:
    """Return the part of ``f"{call=}"`` up to its ``=`` or ``}``, and the same without the ``=``.

    The new part prints the source as text: ``call={call!r}``. Return ``None`` if the node is not
    in such an expression, if places are wrong there, or if the source does not fit a text.
    """
    outer, value = None, None
    for above in tree.names.chain(node):
        if isinstance(above, ast.FormattedValue):
            value = value or above.value
        elif isinstance(above, ast.JoinedStr) and outer is None:
            outer = above
        elif isinstance(above, ast.JoinedStr):
            return None
    if outer is None or value is None:
        return None
    text, (first, last), (start, end) = tree.text.text, tree.span(outer), tree.span(value)
    before, equals = _BEFORE.search(text, first, start), _EQUALS.match(text, end, last)
    if not (first < start <= end < last and before and equals):
        return None
    brace = before.start()
    source = text[brace + 1 : equals.end()]
    quotes = set("\"'") & set(text[first:brace])
    if set("\\\r\n") & set(source) or quotes & set(source) or not _is_at_its_place(tree, value):
        return None
    literal = source.replace("{", "{{").replace("}", "}}")
    plain = text[equals.end() : equals.end() + 1] == "}"
    whole = text[brace + 1 : equals.start(1)].strip()
    return brace, equals.end(), f"{literal}{{{whole}{'!r' if plain else ''}"


def _placed(tree: Tree, outer: ast.JoinedStr, value: ast.expr) -> Iterator[ast.AST]:
    """Yield the nodes of an expression, without nested f-strings; none if a place is wrong."""
    (first, last), (start, end) = tree.span(outer), tree.span(value)
    text = tree.text.text
    # `f"{value=}"` prints the source of the value, so a change would change the output.
    if not (
        first < start <= end < last
        and _BEFORE.search(text, first, start)
        and _AFTER.match(text, end, last)
        and _is_at_its_place(tree, value)
    ):
        return
    yield from _walk(value)


def _is_at_its_place(tree: Tree, value: ast.expr) -> bool:
    """Return whether the text at the place of an expression is that expression."""
    start, end = tree.span(value)
    try:
        alone = parse(f"({tree.text.text[start:end]})").body[0].value  # type: ignore[attr-defined]
    except SyntaxError:
        return False
    return ast.dump(value) == ast.dump(alone) and all(
        _same_place(value, one, other)
        for one, other in zip(_walk(value), _walk(alone), strict=True)
    )


def _same_place(value: ast.expr, one: ast.AST, alone: ast.AST) -> bool:
    """Return whether a node has the same offset in the expression as when that is parsed alone."""
    if not isinstance(one, ast.expr) or not isinstance(alone, ast.expr):
        return True
    shift = value.col_offset - 1 if alone.lineno == 1 else 0
    return (one.lineno - value.lineno, one.col_offset) == (
        alone.lineno - 1,
        alone.col_offset + shift,
    )


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _walk(child)
