"""Edits inside f-strings: before Python 3.12, new text must not hold the quote of the string."""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from compat.codemod.rewrite.edits import ConflictError, Edit
from compat.codemod.source import Module, NotProvableError, Text

_QUOTES = re.compile(r"[a-zA-Z]*('''|\"\"\"|'|\")")
_NO_QUOTE = "the f-strings around it use both quotes, so a text in it has none"


def fitting(module: Module, edits: Iterable[Edit]) -> Iterator[Edit]:
    """Yield the edits, with quotes that are allowed at each place.

    Raises:
        ConflictError: no quote is free, or an f-string cannot hold the new text.
    """
    for edit in edits:
        free = _free_quotes(module, edit.start, edit.end) if edit.new else "\"'"
        new = edit.new.replace('"', "'") if '"' not in free and "'" not in edit.new else edit.new
        if len(free) < 2 and set("\n\r\\#\"'") - set(free) & set(new):
            raise ConflictError(_NO_QUOTE)
        yield edit._replace(new=new)


def takes_text(module: Module, node: ast.AST) -> None:
    """Raise NotProvableError if nested f-strings use both quotes, so that no string fits."""
    if not _free_quotes(module, *module.span(node)):
        raise NotProvableError(
            _NO_QUOTE,
            [module.place(node)],
            "Take the call out of the f-string into a name of its own, and run again.",
        )


def _free_quotes(module: Module, start: int, end: int) -> str:
    """Return the quotes that a string at a place may use; both outside of f-strings."""
    taken = set()
    for first, last in map(module.span, module.names.all(ast.JoinedStr)):
        if first < start and end < last:
            taken |= set(_quotes_around(module.text.text[first:last], start - first))
    return "".join(quote for quote in "\"'" if quote not in taken)


def _quotes_around(source: str, at: int) -> Iterator[str]:
    """Yield the quotes of the strings in the source that contain an offset."""
    text, at = f"({source})", at + 1
    starts = Text(text).starts
    open_: list[tuple[str, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline):
        kind = tokenize.tok_name[token.type]
        if kind in ("STRING", "FSTRING_START"):
            open_.append(
                (_QUOTES.match(token.string)[1], starts[token.start[0] - 1] + token.start[1])  # type: ignore[index]
            )
        if kind in ("STRING", "FSTRING_END"):
            quote, start = open_.pop()
            if start < at < starts[token.end[0] - 1] + token.end[1]:
                yield quote
