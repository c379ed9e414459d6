"""Collect what the programs of a project show about its backends."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable

from compat.codemod.plan.marks import Pin, Site
from compat.codemod.plan.state import Force, State
from compat.codemod.source import Module, NotProvableError, Use
from compat.codemod.uses import SetterCall


@dataclasses.dataclass(frozen=True)
class Program:
    """One way to start.

    Attributes:
        is_script: the file itself is run.
        as_module: it is run by ``python -m``, which imports the packages around it first.
        function: the function that a console script calls after the import.
    """

    module: Module
    is_script: bool = False
    as_module: bool = False
    function: str = ""


@dataclasses.dataclass
class Evidence:
    """What all programs show together.

    Attributes:
        force: for each site and pin, the setters that may be in force there, each with a program.
        doubts: for sites, pins and setters, why a program that runs them is not fully visible.
        between: for each getter whose value is kept, the setters that may run until it is restored.
        instead: for each attempt, the setters that may be in force only because it failed.
        ran: the setters that run in some program.
        kept: for each getter whose value is kept, what may be in force there.
    """

    force: dict[Site | Pin, dict[Force, Program]] = dataclasses.field(
        default_factory=lambda: defaultdict(dict)
    )
    doubts: dict[Site | Pin | SetterCall, NotProvableError] = dataclasses.field(
        default_factory=dict
    )
    between: dict[Use, set[SetterCall]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    instead: dict[SetterCall, set[Force]] = dataclasses.field(
        default_factory=lambda: defaultdict(set)
    )
    ran: set[SetterCall] = dataclasses.field(default_factory=set)
    kept: dict[Use, set[Force]] = dataclasses.field(default_factory=lambda: defaultdict(set))

    def note_between(self, state: State, setters: Iterable[Force]) -> None:
        """Note that setters may run while the values of getters are kept."""
        for getter in {getter for getter, _ in state.kept}:
            self.between[getter].update(filter(None, setters))


def in_text(force: Force) -> tuple[str, int]:
    """Return a key by which setters are sorted as they stand in the text."""
    return ("", 0) if force is None else (force.module.path, force.module.span(force.call)[0])
