"""One name for the whole program: the setters go, and every call that runs under them gets it."""

from compat.codemod.plan import giving, order, removal
from compat.codemod.plan.part import PROJECT, Part
from compat.codemod.plan.visibility import all_is_seen
from compat.codemod.rewrite import Remove
from compat.codemod.uses import SetterCall


def settle(part: Part, setters: list[SetterCall], name: str, *, rule: str = PROJECT, evidence: bool = True) -> None:
    """Settle setters that set one name.

    Args:
        name: as a call gives it.
        evidence: whether the setters show where the name holds; else the user said that it holds everywhere.

    Raises:
        NotProvableError: why nothing is changed.
    """
    all_is_seen(part)
    # One in a function that sets again what the program has set at its start adds nothing.
    sure = [setter for setter in setters if not evidence or setter.where != "function"]
    homes = {setter.module for setter in sure}
    governed = []
    for site in part.sites:
        own = [setter for setter in sure if setter.module is site.module]
        if order.runs_after(part, site, own) if own else (not evidence or order.runs_under(part, site, sure)):
            governed.append(site)
    away = [site for site in governed if site.module not in homes]
    order.not_called_early(part, away, sure)
    for setter in setters:
        removal.is_plain(setter, evidence=evidence)
        if setter.where == "function":
            removal.not_caught(setter)
    group = part.new_group()
    giving.give(part, rule, group, [(site, f'"{name}"', name) for site in governed])
    for setter in setters:
        part.propose(rule, setter, [Remove(setter.region)], group)
