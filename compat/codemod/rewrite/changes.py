"""The changes that a rule may ask for, in terms of the tree: a call gains an argument, a statement goes.

How commas, brackets, comments, indentation and blank lines look afterwards is decided in ``lowering`` and the files beside it, for all
rules and for all changes of a file at once: two rules that each remove one of two statements leave no empty block.
"""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.source.tree import Tree


@dataclasses.dataclass(frozen=True, eq=False)
class OfCall:
    """A change of one call."""

    call: ast.Call


@dataclasses.dataclass(frozen=True, eq=False)
class OfStatement:
    """A change of one statement."""

    statement: ast.stmt


@dataclasses.dataclass(frozen=True, eq=False)
class AddArgument(OfCall):
    """A call gains a keyword argument, once, however many ask for it with the same value; it must not have one of the name."""

    name: str
    value: str


@dataclasses.dataclass(frozen=True, eq=False)
class RenameKeyword(OfCall):
    """A keyword argument gets another name."""

    keyword: ast.keyword
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class DropArgument(OfCall):
    """A call loses an argument, which must be without effects."""

    argument: ast.keyword | ast.expr


@dataclasses.dataclass(frozen=True, eq=False)
class NameArgument(OfCall):
    """A positional argument becomes a keyword."""

    argument: ast.expr
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class WrapArgument(OfCall):
    """An argument is passed through a function."""

    argument: ast.expr | ast.keyword
    function: str


@dataclasses.dataclass(frozen=True)
class Replace:
    """A stretch of the text becomes another."""

    start: int
    end: int
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Remove(OfStatement):
    """A statement goes, comments stay."""


@dataclasses.dataclass(frozen=True, eq=False)
class DropName:
    """An import loses one of its names, or goes if it was the last."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias


@dataclasses.dataclass(frozen=True, eq=False)
class AddStatement:
    """A new simple statement right after another."""

    anchor: ast.stmt
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Unwrap(OfStatement):
    """A compound statement gives way to one of its blocks."""

    body: tuple[ast.stmt, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class DropFinally:
    """A ``try`` that has handlers loses its ``finally``."""

    statement: ast.Try


@dataclasses.dataclass(frozen=True, eq=False)
class Substitute(OfStatement):
    """A statement gives way to a simple one; comments inside it stay, above."""

    new: str


Change = OfCall | Replace | OfStatement | DropName | AddStatement | DropFinally


def stretches(module: Tree, change: Change) -> Iterator[tuple[int, int]]:
    """The stretches of the text that a change takes away or writes anew; a new statement leaves its anchor as it is."""
    match change:
        case Replace(start, end):
            yield start, end
        case Remove(statement) | Substitute(statement):
            yield module.span(statement)
        case DropName(alias=alias):
            yield module.span(alias)
        case Unwrap(statement, body):
            (start, end), first, last = module.span(statement), module.span(body[0])[0], module.span(body[-1])[1]
            yield from ((start, first), (last, end))
        case DropFinally(statement):
            yield from map(module.span, statement.finalbody)
        case OfCall():
            yield module.span(change.call)
