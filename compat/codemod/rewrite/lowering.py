"""Lower changes to edits: sort a file's changes by what they touch, and make all or none."""

import ast
from collections import defaultdict
from collections.abc import Iterable

from compat.codemod.rewrite import call_edits, fstring_edits, statement_edits, verification
from compat.codemod.rewrite.changes import (
    AddStatement,
    Change,
    DropName,
    OfCall,
    Remove,
    Unwrap,
)
from compat.codemod.rewrite.edits import ConflictError, Edit, settle
from compat.codemod.source import Module


def lower(module: Module, changes: Iterable[Change]) -> list[Edit]:
    """Return the edits that make all the changes.

    Raises:
        ConflictError: the changes do not go together, or not with how the text is written.
    """
    calls = defaultdict(list)
    removed: dict[ast.stmt, None] = {}
    names: dict[ast.Import | ast.ImportFrom, dict[ast.alias, None]] = defaultdict(dict)
    added: dict[ast.stmt, dict[str, None]] = defaultdict(dict)
    edits = []
    for change in changes:
        match change:
            case Edit():
                edits.append(change)
            case Remove():
                removed[change.statement] = None
                if change.new:
                    added[change.statement][change.new] = None
            case DropName(one):
                names[one.statement][one.alias] = None
            case AddStatement():
                added[change.anchor][change.new] = None
            case Unwrap():
                edits += statement_edits.unwrap(module, change)
            case OfCall():
                calls[change.call].append(change)
    for statement, aliases in names.items():
        if len(aliases) == len(statement.names):
            removed[statement] = None
        else:
            edits += _drop_names(module, statement, aliases)
    for call, wanted in calls.items():
        edits += call_edits.of_call(module, call, wanted)
    edits += statement_edits.removals(module, removed, added)
    for anchor, lines in added.items():
        if anchor not in removed:
            edits.append(_after(module, anchor, list(lines)))
    made = settle(fstring_edits.fitting(module, edits))
    if not verification.runs(module, made):
        raise ConflictError("the result would not be Python")
    return made


# Imports


def _drop_names(
    module: Module, statement: ast.Import | ast.ImportFrom, dropped: dict[ast.alias, None]
) -> list[Edit]:
    spans = [(*module.text.span(alias), alias in dropped) for alias in statement.names]
    last = max(index for index, (_, _, gone) in enumerate(spans) if not gone)
    edits = [
        Edit(start, spans[index + 1][0], "")
        for index, (start, _, gone) in enumerate(spans[:last])
        if gone
    ]
    if last < len(spans) - 1:
        edits.append(Edit(spans[last][1], spans[-1][1], ""))
    if any("#" in module.text.text[edit.start : edit.end] for edit in edits):
        raise ConflictError("a comment stands between the imported names")
    return edits


def _after(module: Module, anchor: ast.stmt, lines: list[str]) -> Edit:
    text = module.text
    start, end = text.span(anchor)
    line_end = text.line_end(end)
    rest = text.text[end:line_end].strip()
    if text.text[text.line_start(start) : start].strip() or (rest and not rest.startswith("#")):
        return Edit(end, end, "".join(f"; {line}" for line in lines))
    indent = text.indent(start)
    return Edit(line_end, line_end, "".join(f"{text.newline}{indent}{line}" for line in lines))
