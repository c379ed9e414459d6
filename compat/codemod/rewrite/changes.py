"""Define what a rule proposes: a draft, and its changes of the tree, such as to add an argument.

``lowering`` and the files beside it decide how commas, brackets, comments, indentation and blank
lines look afterwards. They do it for all rules and all changes of a file at once, so that two rules
that each remove one of two statements leave no empty block.
"""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.rewrite.edits import Edit
from compat.codemod.source import Imported, Module, Place, Use


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


def stretches(module: Module, change: Change) -> Iterator[tuple[int, int]]:
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


# a use, an import, or the full path of a name in a text: "torchaudio.AudioMetaData"
Touched = Use | Imported | str
# for a change that touches no function of torchaudio, as of an environment variable
NO_FUNCTION = ()


@dataclasses.dataclass(eq=False)
class Draft:
    """What a rule proposes, or only reports.

    Attributes:
        span: the part of the text, as offsets in the module's text.
        changes: what to do; none for a report.
        touches: the functions of torchaudio that the changes touch. If a test replaces one of them,
            the engine refuses the changes. A draft with changes must set this.
        group: drafts of one group, in any number of files, are made together or not at all.
        unsafe: whether the changes need ``--unsafe``.

    Raises:
        TypeError: there are changes, but ``touches`` is missing.
    """

    span: tuple[int, int]
    reason: str
    advice: str = ""
    changes: tuple[Change, ...] = ()
    touches: tuple[Touched, ...] | None = None
    group: int | None = None
    unsafe: bool = False
    related: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        if self.changes and self.touches is None:
            raise TypeError(
                "a draft with changes must say which functions of torchaudio they touch (touches=)"
            )
