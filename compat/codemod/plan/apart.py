"""Several names: each is settled where its module is a program of its own, which no other setter and no foreign call meets."""

from collections import defaultdict

from compat.codemod.plan import everywhere
from compat.codemod.plan.part import SAME_FILE, Part
from compat.codemod.source import Module, NotProvableError, old_names
from compat.codemod.uses import SetterCall


def settle(part: Part, setters: list[SetterCall]) -> None:
    """Settle each module with setters by itself, or report it."""
    by_module: dict[Module, list[SetterCall]] = defaultdict(list)
    for setter in setters:
        by_module[setter.module].append(setter)
    relevant = {*by_module, *(site.module for site in part.sites)}
    for module, own in by_module.items():
        part.only = None
        rule = part.rule_of(own[0])

        def alone(module: Module = module, own: list[SetterCall] = own) -> None:
            names = {old_names.PER_CALL_NAMES[setter.name or ""] for setter in own}
            linked = part.project.imports.reachable(module.path) | part.project.imports.importers(module.path)
            touching = any(other is not module and other.path in linked for other in relevant)
            if len(names) > 1 or touching or any(not setter.hard for setter in own):
                others = [setter for setter in setters if setter.name != own[0].name]
                raise NotProvableError("more than one backend is set", [other.module.place(other.call) for other in others[:3]])
            part.only = module
            everywhere.settle(part, own, names.pop(), rule=SAME_FILE, evidence=False)

        part.attempt(rule, own, alone)
    part.only = None
