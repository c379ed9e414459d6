"""Read Python: text, tree, scopes and torchaudio's names in a file; and data that all rooms share.

The rooms above import what they need most from here.
"""

from compat.codemod.source import old_names
from compat.codemod.source.calls import (
    called,
    given,
    is_dict_with,
    keyword,
    literal,
    plain_name,
    starred,
    string,
)
from compat.codemod.source.findings import (
    FileResult,
    Finding,
    Level,
    NotProvableError,
    Place,
    Problem,
    Result,
    State,
    Tick,
)
from compat.codemod.source.grouping import grouped
from compat.codemod.source.module import Module, Use, is_test
from compat.codemod.source.notes import Notes, listed, noted
from compat.codemod.source.old_names import ROOT, Kind, Known
from compat.codemod.source.options import TARGETS, Options, configured
from compat.codemod.source.scopes import (
    AnyFunction,
    Binding,
    Imported,
    Scope,
    only_import,
)
from compat.codemod.source.text import Text, compiles, parse

__all__ = [  # noqa: RUF022 - grouped by subject
    "AnyFunction", "Binding", "Imported", "Module", "Notes", "Scope", "Text", "Use",
    "compiles", "grouped", "is_test", "listed", "noted", "only_import", "parse",
    "Finding", "Level", "NotProvableError", "Place", "State",
    "TARGETS", "FileResult", "Options", "Problem", "Result", "Tick", "configured",
    "Kind", "Known", "ROOT", "old_names",
    "called", "given", "is_dict_with", "keyword", "literal", "plain_name", "starred", "string",
]  # fmt: skip
