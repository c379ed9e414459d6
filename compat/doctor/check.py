"""Define a check, and offer what a check's file usually needs; import it from here."""

import enum
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from typing import NamedTuple

from compat.diagnosis.dists import Copy
from compat.diagnosis.findings import (
    NOTHING_TO_DO,
    Finding,
    Mend,
    Result,
    Status,
    error,
    note,
    ok,
    skipped,
    warning,
)
from compat.doctor.child import Answer
from compat.doctor.world import World

__all__ = [  # noqa: RUF022 - grouped by subject
    "Check", "Group", "check",
    "Finding", "Mend", "NOTHING_TO_DO", "Status",
    "error", "note", "ok", "skipped", "warning",
    "Answer", "Copy", "World",
]  # fmt: skip


class Group(enum.IntEnum):
    """What a check looks at. The groups run in this order: causes before their consequences."""

    MACHINE = 0  # the interpreter and its environment
    INSTALLED = 1  # which packages are installed, from where, and whether they are complete
    VERSIONS = 2  # whether their releases and builds match
    SETTINGS = 3  # variables and requirements
    LOADING = 4  # imports, and the shared libraries that they need
    BACKENDS = 5
    SAMPLES = 6  # what is decoded; slow


class Check(NamedTuple):
    """One question that the doctor asks.

    Args:
        name: as the command line knows it.
        title: as the page shows it.
        group: when it runs; the checks of a group run in the order of their names.
        last: it must run after the others of its group.
        why: why the answer matters, for every finding that does not say so itself.
        body: the function that answers it.
    """

    name: str
    title: str
    group: Group
    last: bool
    why: str
    body: Callable[[World], Iterable[Finding]]

    @property
    def explanation(self) -> str:
        """Return what ``--explain`` prints."""
        module = sys.modules[self.body.__module__]
        return f"{(module.__doc__ or '').strip()}\n\nWhy it matters: {self.why}"

    def run(self, world: World) -> Result:
        """Run the check; if its body raises, that becomes a finding too."""
        begun = time.monotonic()
        findings: list[Finding] = []
        try:
            for found in self.body(world):
                findings.append(
                    found
                    if found.why or found.status is Status.OK
                    else found._replace(why=self.why)
                )
        except Exception as why:  # noqa: BLE001 - one check that breaks must not hide the others
            last = traceback.format_exception(why)[-4:]
            findings.append(
                Finding(
                    Status.CRASHED,
                    f"the check itself failed: {type(why).__name__}: {why}",
                    "The check has no result; this is a bug in the doctor.",
                    evidence=tuple(line for part in last for line in part.rstrip().splitlines()),
                )
            )
        return Result(self.name, self.title, tuple(findings), time.monotonic() - begun)


def check(
    *, title: str, group: Group, why: str, last: bool = False
) -> Callable[[Callable[[World], Iterable[Finding]]], Check]:
    """Declare the function below to be a check, named after its module."""

    def declare(body: Callable[[World], Iterable[Finding]]) -> Check:
        name = body.__module__.rpartition(".")[2].replace("_", "-")
        return Check(name, title, group, last, why, body)

    return declare
