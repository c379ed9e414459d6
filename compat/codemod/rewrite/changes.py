"""Define the changes that a rule may request of the tree, such as to add an argument.

``lowering`` and the files beside it decide how commas, brackets, comments, indentation and blank
lines look afterwards. They do it for all rules and all changes of a file at once, so that two rules
that each remove one of two statements leave no empty block.
"""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.rewrite.edits import Edit
from compat.codemod.source.scopes import Imported
from compat.codemod.source.tree import Tree


@dataclasses.dataclass(frozen=True, eq=False)
class OfCall:
    """A change of one call."""

    call: ast.Call


@dataclasses.dataclass(frozen=True, eq=False)
class AddArgument(OfCall):
    """Add a keyword argument to a call, once, even if several ask for the same value.

    The call must not have an argument of that name.
    """

    name: str
    value: str


@dataclasses.dataclass(frozen=True, eq=False)
class DropArgument(OfCall):
    """Drop an argument, which must have no side effects."""

    argument: ast.keyword | ast.expr


@dataclasses.dataclass(frozen=True, eq=False)
class NameArgument(OfCall):
    """Rename a keyword argument, or turn a positional one into a keyword argument."""

    argument: ast.keyword | ast.expr
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class WrapArgument(OfCall):
    """Pass an argument through a function."""

    argument: ast.expr | ast.keyword
    function: str


# a part of the text is replaced as the rule says
Replace = Edit


@dataclasses.dataclass(frozen=True, eq=False)
class Remove:
    """Remove a statement, or put a simple one in its place; comments stay, above."""

    statement: ast.stmt
    new: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class DropName:
    """Drop one name from an import, or the whole import with its last name."""

    imported: Imported


@dataclasses.dataclass(frozen=True, eq=False)
class AddStatement:
    """Add a simple statement right after another."""

    anchor: ast.stmt
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Unwrap:
    """Replace a compound statement with one of its blocks."""

    statement: ast.stmt
    body: tuple[ast.stmt, ...]


Change = OfCall | Edit | Remove | DropName | AddStatement | Unwrap


def stretches(module: Tree, change: Change) -> Iterator[tuple[int, int]]:
    """Yield the parts of the text that a change removes or rewrites.

    A new statement leaves its anchor as it is.
    """
    match change:
        case Edit(start, end):
            yield start, end
        case Remove(statement):
            yield module.span(statement)
        case DropName(imported):
            yield module.span(imported.alias)
        case Unwrap(statement, body):
            start, end = module.span(statement)
            yield start, module.span(body[0])[0]
            yield module.span(body[-1])[1], end
        case OfCall():
            yield module.span(change.call)
