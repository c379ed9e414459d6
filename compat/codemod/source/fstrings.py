"""Find expressions in f-strings whose places ``ast`` gives wrongly (Python before 3.12).

The same holds for t-strings, which Python has from 3.14 on.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from compat.codemod.source.text import parse

Span: TypeAlias = Callable[[ast.AST], tuple[int, int]]
STRINGS = (ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))
_PARTS = (ast.FormattedValue, getattr(ast, "Interpolation", ast.FormattedValue))
# what stands before an expression, from its brace on
BEFORE = re.compile(r"\{[\s(]*\Z")
_AFTER = re.compile(r"[\s)]*(?:[}:]|![^=])")


def unplaced(strings: Iterable[Any], span: Span, text: str) -> set[ast.AST]:
    """Return the nodes in f-strings that must stay: text, and expressions with wrong places.

    Args:
        strings: the f-strings of a file.
        span: returns where a node is in the file's text.
        text: that text.
    """
    found: set[ast.AST] = set()
    placed: set[ast.AST] = set()
    for outer in strings:
        for part in outer.values:
            found |= {part}
            if isinstance(part, _PARTS):
                placed |= set(_placed(outer, part.value, span, text))
                found |= set(ast.walk(part.value))
    return found - placed


def _placed(outer: ast.expr, value: ast.expr, span: Span, text: str) -> Iterator[ast.AST]:
    """Yield the nodes of an expression, without nested f-strings; none if a place is wrong."""
    (first, last), (start, end) = span(outer), span(value)
    # `f"{value=}"` prints the source of the value, so a change would change the output.
    if not (
        first < start <= end < last
        and BEFORE.search(text, first, start)
        and _AFTER.match(text, end, last)
    ):
        return
    if is_at_its_place(value, span, text):
        yield from _walk(value)


def is_at_its_place(value: ast.expr, span: Span, text: str) -> bool:
    """Return whether the text at the place of an expression is that expression."""
    start, end = span(value)
    if isinstance(value, ast.Name) and value.id == text[start:end]:  # most of them
        return True
    try:
        alone = parse("(\n" + " " * value.col_offset + text[start:end] + ")").body[0]
    except SyntaxError:
        return False
    ast.increment_lineno(alone, value.lineno - 2)
    there: ast.AST = alone.value  # type: ignore[attr-defined]
    return ast.dump(value, include_attributes=True) == ast.dump(there, include_attributes=True)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _walk(child)
