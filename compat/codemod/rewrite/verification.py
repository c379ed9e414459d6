"""Whether edits did what they were to do and nothing else; a text is not written before this is sure."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from compat.codemod.rewrite import edits
from compat.codemod.rewrite.edits import Edit, Track
from compat.codemod.source.text import parse

if TYPE_CHECKING:
    from compat.codemod.source.module import Module


class Rewrite(NamedTuple):
    """A text before and after its edits; ``interactive`` is that of the module."""

    old: str
    new: str
    edits: list[Edit]
    interactive: bool


def complaint(rewrite: Rewrite, old: Module, new: Module) -> str | None:
    """What is wrong with a rewrite; ``None`` where nothing is.

    With the edits undone the new text must be the old program, as text or as a tree; and every statement that no edit touches must
    still be there, as the same kind of statement.

    Args:
        old, new: the module before and after.
    """
    undone = edits.undo(rewrite.old, rewrite.new, rewrite.edits)
    if undone != rewrite.old and not _same(undone, old.tree, rewrite.interactive):
        return "the changes cannot be undone"
    track = Track(rewrite.edits)
    there = {(new.text.span(statement), type(statement)) for statement in _statements(new.tree)}
    starts = [edit.start for edit in rewrite.edits]
    for statement in _statements(old.tree):
        start, end = old.text.span(statement)
        last = bisect.bisect_left(starts, end) - 1
        if last >= 0 and start < max(rewrite.edits[last].end, rewrite.edits[last].start + 1):
            continue
        ends = {track.forward(end - 1)}
        for edit in rewrite.edits[last + 1 : last + 2]:  # a block may end with what is added in its last line
            if edit.start == edit.end and "\n" not in rewrite.old[end : edit.start]:
                ends.add((track.forward(edit.start - 1) or 0) + len(edit.new))
        first = track.forward(start)
        if first is None or not {((first, one + 1), type(statement)) for one in ends if one is not None} & there:
            return f"the statement in line {statement.lineno} would be lost, or become another"
    return None


def _same(undone: str, old: ast.Module, interactive: bool) -> bool:
    """Whether a text is the old program; where it is the old text, letter by letter, this need not be asked."""
    try:
        return ast.dump(parse(undone, top_level_await=interactive)) == ast.dump(old)
    except SyntaxError:
        return False


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                yield from block
                waiting += block
        waiting += getattr(node, "handlers", ())
        waiting += getattr(node, "cases", ())
