"""Turn a change of the tree into a new text: drafts, changes, edits, and their verification."""

from compat.codemod.rewrite.changes import (
    NO_FUNCTION,
    AddArgument,
    AddStatement,
    Change,
    Draft,
    DropArgument,
    DropName,
    NameArgument,
    OfCall,
    Remove,
    Replace,
    Unwrap,
    WrapArgument,
)
from compat.codemod.rewrite.edits import ConflictError, Edit, Track
from compat.codemod.rewrite.lowering import lower
from compat.codemod.rewrite.verification import complaint

__all__ = [  # noqa: RUF022 - grouped by subject
    "AddArgument", "AddStatement", "Change", "DropArgument", "DropName",
    "NameArgument", "OfCall", "Remove",
    "Replace", "Unwrap", "WrapArgument",
    "NO_FUNCTION", "Draft",
    "ConflictError", "Edit", "Track", "complaint", "lower",
]  # fmt: skip
