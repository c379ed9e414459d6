"""Edits inside f-strings: before Python 3.12, new text must not hold the quote of the string."""

import ast
import re
from collections.abc import Iterable, Iterator

from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source import Module, NotProvableError

_OPENED = re.compile("(?<!\\w)(?:[fF][rR]?|[rR][fF])([\"'])")
_QUOTES = frozenset("\"'")
_NO_QUOTE = "the f-strings around it use both quotes, so a text in it has none"


def fitting(module: Module, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the edits, with quotes that are allowed at each place.

    Raises:
        ConflictError: no quote is free, or an f-string cannot hold the new text.
    """
    for edit in edits:
        free = _free_quotes(module, edit.start, edit.end) if edit.new else _QUOTES
        new = edit.new.replace('"', "'") if '"' not in free and "'" not in edit.new else edit.new
        if len(free) < 2 and ({*"\n\r\\#"} | _QUOTES) - free & set(new):
            raise ConflictError(_NO_QUOTE)
        yield edit._replace(new=new)


def takes_text(module: Module, node: ast.AST) -> None:
    """Raise NotProvableError if f-strings around it use both quotes, so that no string fits."""
    if not _free_quotes(module, *module.span(node)):
        raise NotProvableError(
            _NO_QUOTE,
            [module.place(node)],
            "Take the call out of the f-string into a name of its own, and run again.",
        )


def _free_quotes(module: Module, start: int, end: int) -> frozenset[str]:
    """Return the quotes that a string at a place may use: none that opens an f-string around it.

    An f-string that ends before it may be part of one around it, so its quote is taken as well.
    """
    text, taken = module.text.text, set()
    for first, last in map(module.span, module.names.all(ast.JoinedStr)):
        if first < start and end < last:
            taken |= set(_OPENED.findall(text, first, start))
    return _QUOTES - taken
