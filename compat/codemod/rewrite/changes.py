"""The changes that a rule may ask for, in terms of the tree: a call gains an argument, a statement goes.

How commas, brackets, comments, indentation and blank lines look afterwards is decided in ``lowering`` and the files beside it, for all
rules and for all changes of a file at once: two rules that each remove one of two statements leave no empty block.
"""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.source.tree import Tree


@dataclasses.dataclass(frozen=True, eq=False)
class AddArgument:
    """A call gains a keyword argument, once, however many ask for it with the same value; it must not have one of the name."""

    call: ast.Call
    name: str
    value: str


@dataclasses.dataclass(frozen=True, eq=False)
class RenameKeyword:
    """A keyword argument gets another name."""

    call: ast.Call
    keyword: ast.keyword
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class DropArgument:
    """A call loses an argument, which must be without effects."""

    call: ast.Call
    argument: ast.keyword | ast.expr


@dataclasses.dataclass(frozen=True, eq=False)
class NameArgument:
    """A positional argument becomes a keyword."""

    call: ast.Call
    argument: ast.expr
    name: str


@dataclasses.dataclass(frozen=True, eq=False)
class WrapArgument:
    """An argument is passed through a function."""

    call: ast.Call
    argument: ast.expr | ast.keyword
    function: str


@dataclasses.dataclass(frozen=True)
class Replace:
    """A stretch of the text becomes another."""

    start: int
    end: int
    new: str


@dataclasses.dataclass(frozen=True, eq=False)
class Remove:
    """A statement goes, comments stay."""

    statement: ast.stmt


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
class Unwrap:
    """A compound statement gives way to one of its blocks."""

    statement: ast.stmt
    body: tuple[ast.stmt, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class DropFinally:
    """A ``try`` that has handlers loses its ``finally``."""

    statement: ast.Try


@dataclasses.dataclass(frozen=True, eq=False)
class Substitute:
    """A statement gives way to a simple one; comments inside it stay, above."""

    statement: ast.stmt
    new: str


OfCall = AddArgument | RenameKeyword | DropArgument | NameArgument | WrapArgument
Change = OfCall | Replace | Remove | DropName | AddStatement | Unwrap | DropFinally | Substitute


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
        case AddArgument() | RenameKeyword() | DropArgument() | NameArgument() | WrapArgument():
            yield module.span(change.call)
