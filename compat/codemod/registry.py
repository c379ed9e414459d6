"""The rules, found by scanning ``compat.codemod.rules``: a file there with a ``RULE`` is a rule, nothing else lists it."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from compat.codemod.findings import Draft, Level

if TYPE_CHECKING:
    from compat.codemod.module import Module
    from compat.codemod.project import Project

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


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One use of the old API and what becomes of it.

    Attributes:
        id: unique; the number after TAC does not change once published.
        title: what it does, in a few words.
        level: safe rules change on their own, unsafe ones under ``--unsafe``, report rules never.
        targets: the targets it applies to.
        told_for: the targets for which what it finds is only reported, whatever its level.
        before: an example, which is also a test.
        after: what becomes of it for ``example_target``; the same as ``before`` where it is only reported.
        explanation: why, and what a person is to look out for.
        everywhere: it speaks of code that the target cannot come to as well.
        check: gives the drafts for one module.
    """

    id: str
    title: str
    level: Level
    targets: frozenset[str]
    before: str
    after: str
    explanation: str
    check: Callable[[Module, Project], Iterable[Draft]]
    example_target: str = ""
    told_for: frozenset[str] = frozenset()
    everywhere: bool = False

    def applies(self, target: str) -> bool:
        """Whether it has anything to say for a target."""
        return target in self.targets or target in self.told_for

    @property
    def shown_target(self) -> str:
        """The target that the example is for."""
        return self.example_target or (DEFAULT_TARGET if DEFAULT_TARGET in self.targets else min(self.targets))


@functools.cache
def rules() -> dict[str, Rule]:
    """All rules by id, in order.

    Raises:
        RuntimeError: two rules share an id.
    """
    import compat.codemod.rules as package

    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(package.__path__):
        rule: Rule = importlib.import_module(f"{package.__name__}.{info.name}").RULE
        if found.setdefault(rule.id, rule) is not rule:
            raise RuntimeError(f"two rules are called {rule.id}: {found[rule.id].title!r} and {rule.title!r}")
    return dict(sorted(found.items()))
