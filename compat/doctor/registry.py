"""Find the checks by scanning ``compat.doctor.checks``, and run them.

A module there, ``some_name.py``, declares one function with ``@check``. The check is called
``some-name``, and ``--explain some-name`` prints the module's docstring. Nothing else lists it.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import enum
import functools
import importlib
import pkgutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from compat.diagnosis.findings import Finding, Result, Status

if TYPE_CHECKING:
    from compat.doctor.world import World


class Group(enum.IntEnum):
    """What a check looks at. The groups run in this order: causes before their consequences."""

    BROKEN = 0  # a check that does not import
    MACHINE = 1  # the interpreter and its environment
    INSTALLED = 2  # which packages are installed, from where, and whether they are complete
    VERSIONS = 3  # whether their releases and builds match
    SETTINGS = 4  # variables and requirements
    LOADING = 5  # imports, and the shared libraries that they need
    BACKENDS = 6
    SAMPLES = 7  # what is decoded; slow


@dataclasses.dataclass(frozen=True)
class Check:
    """One question that the doctor asks.

    Args:
        name: as the command line knows it.
        title: as the page shows it.
        group: when it runs; the checks of a group run in the order of their names.
        after: a check of the same group that must run before it.
        why: why the answer matters, for every finding that does not say so itself.
        body: the function that answers it.
    """

    name: str
    title: str
    group: Group
    after: str | None
    why: str
    body: Callable[[World], Iterable[Finding]]

    @property
    def explanation(self) -> str:
        """Return what ``--explain`` prints."""
        module = importlib.import_module(self.body.__module__)
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
                    else dataclasses.replace(found, why=self.why)
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
    *, title: str, group: Group, why: str, after: str | None = None
) -> Callable[[Callable[[World], Iterable[Finding]]], Check]:
    """Declare the function below to be a check, named after its module."""

    def declare(body: Callable[[World], Iterable[Finding]]) -> Check:
        name = body.__module__.rpartition(".")[2].replace("_", "-")
        return Check(name, title, group, after, why, body)

    return declare


def _unusable(name: str, why: Exception) -> Check:
    """Return a check that reports that its module does not import."""

    def body(world: World) -> Iterator[Finding]:
        raise why

    return Check(name.replace("_", "-"), name, Group.BROKEN, None, "The check has no result.", body)


@functools.cache
def checks() -> tuple[Check, ...]:
    """Return all checks, in their order."""
    package = importlib.import_module("compat.doctor.checks")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        try:
            members = vars(importlib.import_module(f"{package.__name__}.{module.name}"))
        except Exception as why:  # noqa: BLE001 - nor must one that does not import
            found.append(_unusable(module.name, why))
            continue
        found += [member for member in members.values() if isinstance(member, Check)]
    by_name = {check.name: check for check in found}

    def place(check: Check) -> tuple[Group, int, str]:
        before, waits = by_name.get(check.after or ""), 0
        while before is not None and waits < len(found):
            before, waits = by_name.get(before.after or ""), waits + 1
        return check.group, waits, check.name

    return tuple(sorted(found, key=place))


def chosen(only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks to run, named by name or by the title that the doctor prints.

    Raises:
        ValueError: a name is not that of a check.
    """
    names = {_plain(said): check.name for check in checks() for said in (check.title, check.name)}
    for name in (*only, *skip):
        if _plain(name) not in names:
            known = ", ".join(check.name for check in checks())
            raise ValueError(f"there is no check {name!r}; the checks are {known}")
    wanted, left_out = ({names[_plain(name)] for name in given} for given in (only, skip))
    return tuple(
        check
        for check in checks()
        if (not only or check.name in wanted) and check.name not in left_out
    )


def _plain(name: str) -> str:
    return name.lower().replace(" ", "-").replace("_", "-")


def run(wanted: Sequence[Check], world: World) -> Iterator[Result]:
    """Run checks in parallel and yield their results in the order of the checks.

    Most of them wait for child processes; ``Children`` limits how many run at once.
    """
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(wanted))) as pool:
        pending = [pool.submit(check.run, world) for check in wanted]
        try:
            for future in pending:
                yield future.result()
        finally:
            world.stop()
