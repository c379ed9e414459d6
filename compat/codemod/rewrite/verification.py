"""Verify that edits did what they should and nothing else, before the text is written."""

import ast
import bisect

from compat.codemod.rewrite import edits
from compat.codemod.rewrite.edits import Edit, Track
from compat.codemod.source import Module, compiles, parse


def runs(module: Module, made: list[Edit]) -> bool:
    """Return whether Python compiles a module after edits, if it did before."""
    old, mode = module.text.text, module.interactive
    new = edits.apply(old, made)
    return compiles(new, top_level_await=mode) or not compiles(old, top_level_await=mode)


def complaint(old: Module, new: Module, made: list[Edit]) -> str | None:
    """Return what is wrong with a module after edits; ``None`` if nothing is.

    With the edits undone, the new text must be the old program, as text or as a tree. Every
    statement that no edit touches must still be there, with the same kind.
    """
    undone = edits.undo(old.text.text, new.text.text, made)
    if undone != old.text.text and not _same(undone, old):
        return "the changes cannot be undone"
    track = Track(made)
    there = {(new.text.span(statement), type(statement)) for statement in new.statements}
    starts = [edit.start for edit in made]
    for statement in old.statements:
        start, end = old.text.span(statement)
        last = bisect.bisect_left(starts, end) - 1
        if last >= 0 and start < max(made[last].end, made[last].start + 1):
            continue
        ends = {track.forward(end - 1)}
        # an insertion at the end of a block's last line belongs to the block
        for edit in made[last + 1 : last + 2]:
            if edit.start == edit.end and "\n" not in old.text.text[end : edit.start]:
                ends.add((track.forward(edit.start - 1) or 0) + len(edit.new))
        first = track.forward(start)
        if (
            first is None
            or not {((first, one + 1), type(statement)) for one in ends if one is not None} & there
        ):
            return f"the statement in line {statement.lineno} would be lost, or become another"
    return None


def _same(undone: str, old: Module) -> bool:
    """Return whether a text parses to a module's program; the caller has excluded equal texts."""
    try:
        return ast.dump(parse(undone, top_level_await=old.interactive)) == ast.dump(old.tree)
    except SyntaxError:
        return False
