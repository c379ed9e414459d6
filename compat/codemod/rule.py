"""What a rule is, and all that the file of a rule usually needs: import it from here."""

import ast
import dataclasses
from collections.abc import Callable, Iterable

from compat.codemod.rewrite import (
    NO_FUNCTION,
    AddArgument,
    AddStatement,
    Change,
    Draft,
    DropArgument,
    DropName,
    NameArgument,
    Remove,
    RenameKeyword,
    Replace,
    Unwrap,
)
from compat.codemod.source import (
    AnyFunction,
    Imported,
    Kind,
    Level,
    Module,
    NotProvableError,
    Use,
    called,
    conditions,
    is_dict_with,
    keyword,
    literal,
    old_names,
    plain_name,
    starred,
    string,
    value_kinds,
)
from compat.codemod.uses import Project

__all__ = [  # noqa: RUF022 - by what they are
    "DEFAULT_TARGET", "DROP_IN", "MODERN", "NINE", "NO_FUNCTION", "NO_LEFTOVERS", "PER_CALL", "TARGETS",
    "AnyFunction", "Draft", "Imported", "Kind", "Level", "Module", "NotProvableError", "Project", "Rule", "Use", "Valid",
    "conditions", "old_names", "value_kinds",
    # changes
    "AddArgument", "AddStatement", "Change", "DropArgument", "DropName", "NameArgument", "Remove", "RenameKeyword", "Replace", "Unwrap",
    # calls
    "called", "is_dict_with", "keyword", "literal", "plain_name", "sox_for_sox_io", "starred", "string",
]  # fmt: skip

TARGETS = {
    "2.1": "per-call backends; leftovers that 2.1 still honours stay",
    "2.2": "per-call backends, and every leftover of the global backend gone (the default)",
    "2.9": "no backends at all; what 2.9 lost comes from this package (compat.info, ...)",
    "compat": 'nothing rewritten: `import compat; compat.install("2.0")` goes into the files given by --entry',
}
DEFAULT_TARGET = "2.2"
PER_CALL = frozenset({"2.1", "2.2"})
MODERN = frozenset({"2.1", "2.2", "2.9"})
NO_LEFTOVERS = frozenset({"2.2", "2.9"})
NINE = frozenset({"2.9"})
DROP_IN = frozenset({"compat"})


def sox_for_sox_io(module: Module, use: Use | str, value: ast.expr, reason: str) -> Draft:
    """The draft that writes ``"sox"`` where ``"sox_io"`` is written; a report where it is put together of parts, or in an f-string."""
    span, quoted = module.span(value), module.segment(value)
    if quoted not in ("'sox_io'", '"sox_io"') or value in module.unplaced:
        return Draft(span, reason, "Change the name.")
    return Draft(span, reason, changes=(Replace(*span, quoted.replace("_io", "")),), touches=(use,))


@dataclasses.dataclass(frozen=True)
class Valid:
    """Code that must stay as it is, and why.

    Attributes:
        reported: the rule says something about it all the same.
        target: what it is tried for; that of the rule's example, if nothing else is said.
    """

    why: str
    code: str
    reported: bool = False
    target: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One use of the old API and what becomes of it.

    Attributes:
        id: unique; the number after TAC does not change once published.
        title: what it does, in a few words.
        level: safe rules change on their own, unsafe ones under ``--unsafe``, report rules never.
        targets: the targets it applies to.
        report_only_for: the targets for which what it finds is only reported, whatever its level.
        before: an example, which is also a test.
        after: what becomes of it for ``example_target``; left out, it stays as it is and is only reported.
        valid: what must stay untouched, each a test; at least one.
        explanation: why, and what a person is to look out for.
        everywhere: it speaks of code that the target cannot come to as well.
        blocks: what it reports keeps the project from the target; else it is worth knowing.
        after_refusals: it is asked once the engine knows which changes it refuses.
        check: gives the drafts for one module.
    """

    id: str
    title: str
    level: Level
    targets: frozenset[str]
    before: str
    after: str = ""
    valid: tuple[Valid, ...] = ()
    explanation: str
    check: Callable[[Module, Project], Iterable[Draft]]
    example_target: str = ""
    report_only_for: frozenset[str] = frozenset()
    everywhere: bool = False
    after_refusals: bool = False
    blocks: bool = True

    def applies(self, target: str) -> bool:
        """Tell whether it has anything to say for a target."""
        return target in self.targets or target in self.report_only_for

    @property
    def result(self) -> str:
        """What becomes of the example."""
        return self.after or self.before

    @property
    def shown_target(self) -> str:
        """The target that the example is for."""
        return self.example_target or (DEFAULT_TARGET if DEFAULT_TARGET in self.targets else min(self.targets))
