"""Define a rule, and offer what a rule's file usually needs; import it from here."""

import ast
import dataclasses
import enum
from collections.abc import Callable, Iterable
from typing import NamedTuple

from compat.codemod.plan.decide import planned
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
    Replace,
    Unwrap,
)
from compat.codemod.source import (
    TARGETS,
    AnyFunction,
    Imported,
    Kind,
    Level,
    Module,
    NotProvableError,
    Use,
    called,
    conditions,
    given,
    is_dict_with,
    keyword,
    literal,
    noted,
    old_names,
    plain_name,
    starred,
    string,
    value_kinds,
)
from compat.codemod.source.scopes import defaults
from compat.codemod.uses import Project, forwarding, observed, setter_calls, type_texts
from compat.codemod.uses.arguments import passed_in_dict
from compat.codemod.uses.our_name import our_name, torchaudio_name

__all__ = [  # noqa: RUF022 - grouped by subject
    "DEFAULT_TARGET", "DROP_IN", "MODERN", "NINE", "NO_FUNCTION", "NO_LEFTOVERS", "PER_CALL",
    "TARGETS",
    "AnyFunction", "Draft", "Imported", "Kind", "Level", "Module", "NotProvableError", "Project",
    "Rule", "Stage", "Use", "Valid", "drafted",
    "conditions", "old_names", "value_kinds",
    # changes
    "AddArgument", "AddStatement", "Change", "DropArgument", "DropName", "NameArgument", "Remove",
    "Replace", "Unwrap",
    # calls
    "called", "defaults", "given", "is_dict_with", "keyword", "literal", "noted",
    "passed_in_dict", "plain_name", "sox_for_sox_io", "starred", "string",
    # what a project does with torchaudio, and what to do about the global backend
    "forwarding", "observed", "our_name", "planned", "setter_calls", "torchaudio_name",
    "type_texts",
]  # fmt: skip

DEFAULT_TARGET = "2.2"
PER_CALL = frozenset({"2.1", "2.2"})
MODERN = frozenset({"2.1", "2.2", "2.9"})
NO_LEFTOVERS = frozenset({"2.2", "2.9"})
NINE = frozenset({"2.9"})
DROP_IN = frozenset({"compat"})


def sox_for_sox_io(module: Module, use: Use | str, value: ast.expr, reason: str) -> Draft:
    """Return the draft that writes ``"sox"`` for ``"sox_io"``.

    It only reports a name that is built from parts or is in an f-string.
    """
    span, quoted = module.span(value), module.segment(value)
    if quoted not in ("'sox_io'", '"sox_io"') or value in module.unplaced:
        return Draft(span, reason, "Change the name.")
    return Draft(span, reason, changes=(Replace(*span, quoted.replace("_io", "")),), touches=(use,))


def drafted(
    span: tuple[int, int],
    reason: str,
    changes: Iterable[Change],
    touches: tuple[Use | Imported | str, ...],
    advice: str,
) -> Draft:
    """Return a draft with these changes, or one that reports why they cannot be proved right.

    Args:
        span: the part of the text.
        reason: why it is not right for the target.
        changes: they may come from a generator that raises ``NotProvableError``.
        touches: the functions of torchaudio that the changes touch.
        advice: what to do if it is only reported and the error does not say.
    """
    try:
        return Draft(span, reason, changes=tuple(changes), touches=touches)
    except NotProvableError as why:
        # the first place is that of the use
        related = why.related[1:]
        return Draft(span, f"{reason}; {why.reason}", why.advice or advice, related=related)


class Valid(NamedTuple):
    """Code that must stay as it is, and why.

    Attributes:
        reported: whether the rule reports something about it.
        target: the target to test it with; by default that of the rule's example.
    """

    why: str
    code: str
    reported: bool = False
    target: str = ""


class Stage(enum.IntEnum):
    """When a rule runs in a round; a later stage waits until those before it change nothing."""

    FIRST = 0
    PROGRAMS = 1  # it follows whole programs, which takes long
    REFUSALS = 2  # it reports what the engine refuses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One use of the old API, and what to do with it.

    Attributes:
        id: unique; the number after TAC does not change once published.
        title: what it does, in a few words.
        level: safe rules make changes, unsafe ones do so under ``--unsafe``, report rules never do.
        targets: the targets it applies to.
        report_only_for: the targets for which it only reports, whatever its level.
        before: an example, which is also a test.
        after: the example after the change for ``example_target``; empty if it is only reported.
        valid: code that must stay untouched, each a test; at least one.
        explanation: why, and what a user should look out for.
        everywhere: whether it also checks code that cannot run under the target.
        blocks: whether its reports keep the project from the target; else they are for information.
        stage: when it runs in a round.
        check: returns the drafts for one module.
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
    stage: Stage = Stage.FIRST
    blocks: bool = True

    def applies(self, target: str) -> bool:
        """Return whether it applies to a target or reports for it."""
        return target in self.targets or target in self.report_only_for

    @property
    def shown_target(self) -> str:
        """Return the target of the example."""
        return self.example_target or (
            DEFAULT_TARGET if DEFAULT_TARGET in self.targets else min(self.targets)
        )
