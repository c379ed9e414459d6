"""Verify that edits did what they should and nothing else, before the text is written."""

import ast
import bisect
import operator
from collections.abc import Iterator

from compat.codemod.rewrite import edits
from compat.codemod.rewrite.edits import Edit, Track
from compat.codemod.source import Module, compiles, parse

_WITH_STATEMENTS = ast.stmt | ast.excepthandler | ast.match_case
# what compiles, or does not, whatever stands beside it
_APART = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.Expr


def runs(module: Module, made: list[Edit]) -> bool:
    """Return whether Python compiles a module after edits, if it did before.

    Definitions and values at the top that no edit comes near compile as before; most files consist
    of them. So try without them first.
    """
    edited = Track(made).before
    left_out, after = [], 0
    for one in module.tree.body:
        before, (start, after) = after, module.span(one)
        is_near = _is_touched(edited, before, after)
        if isinstance(one, _APART) and not (is_near or getattr(one, "decorator_list", None)):
            left_out.append(Edit(start, after, ""))
    old, less = module.text.text, sorted([*made, *left_out])
    return any(
        compiles(text, top_level_await=module.interactive)
        for text in (edits.apply(old, less), edits.apply(old, made))
    ) or not compiles(old, top_level_await=module.interactive)


def complaint(old: Module, new: Module, made: list[Edit]) -> str | None:
    """Return what is wrong with a module after edits; ``None`` if nothing is.

    With the edits undone, the new text must be the old program, as text or as a tree. Every
    statement that no edit touches must still be there, with the same kind.
    """
    undone = edits.undo(old.text.text, new.text.text, made)
    if undone != old.text.text and not _same(undone, old):
        return "the changes cannot be undone"
    track = Track(made)
    now = _statements(new, new.tree, track.after, len(new.text.text))
    there = {(span, type(one)) for span, one in now}
    starts = [edit.start for edit in made]
    before = _statements(old, old.tree, track.before, len(old.text.text))
    for (start, end), statement in reversed([*before]):
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


def _statements(
    module: Module, node: ast.AST, edited: list[tuple[int, int]], until: int
) -> Iterator[tuple[tuple[int, int], ast.stmt]]:
    """Yield the statements in a node, each after its place; the last comes first.

    Leave out those inside a statement without an edit from its start to the next one: as long as it
    is there, so are they.

    Args:
        module: the module.
        node: a node that is no expression.
        edited: the edited parts.
        until: where the next statement after the node starts.
    """
    for child in reversed([*ast.iter_child_nodes(node)]):
        start, after = 0, until
        if isinstance(child, ast.stmt):
            start, end = module.span(child)
            until = start
            yield (start, end), child
        if isinstance(child, _WITH_STATEMENTS) and _is_touched(edited, start, after):
            yield from _statements(module, child, edited, after)


def _is_touched(edited: list[tuple[int, int]], start: int, end: int) -> bool:
    """Return whether an edit lies in a part of the text or at its ends."""
    first = bisect.bisect_left(edited, start, key=operator.itemgetter(1))
    return first < len(edited) and edited[first][0] <= end


def _same(undone: str, old: Module) -> bool:
    """Return whether a text parses to a module's program; the caller has excluded equal texts."""
    try:
        return ast.dump(parse(undone, top_level_await=old.interactive)) == ast.dump(old.tree)
    except SyntaxError:
        return False
