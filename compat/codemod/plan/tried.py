"""Attempts to set a backend whose failure nobody minds: they go, and the calls choose by themselves."""

from compat.codemod.plan.part import TRIED, Part
from compat.codemod.plan.visibility import all_is_seen
from compat.codemod.rewrite import Remove
from compat.codemod.uses import SetterCall


def settle(part: Part, setters: list[SetterCall]) -> None:
    """Settle attempts.

    Raises:
        NotProvableError: why nothing is changed.
    """
    all_is_seen(part)
    for setter in setters:
        part.propose(
            TRIED,
            setter,
            [Remove(setter.region)],
            reason="an attempt to set a backend that nobody minds failing: from 2.1 on each call finds one by itself",
        )
