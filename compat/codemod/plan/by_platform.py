"""A backend by operating system: the choice becomes one constant that every call passes."""

import ast

from compat.codemod.plan import giving, order
from compat.codemod.plan.part import PLATFORM, Part
from compat.codemod.plan.visibility import all_is_seen
from compat.codemod.rewrite import Remove, Substitute
from compat.codemod.source import Module, NotProvableError
from compat.codemod.uses import SetterCall, backend_limits, setter_calls


def settle(part: Part, setters: list[SetterCall]) -> None:
    """Settle setters that are the arms of one choice.

    Raises:
        NotProvableError: why nothing is changed.
    """
    all_is_seen(part)
    if len({id(setter.region) for setter in setters}) > 1:
        raise NotProvableError("the backend is chosen in more than one place")
    module, region = setters[0].module, setters[0].region
    choice = setter_calls.platform_choice(module, region)
    if choice is None:
        raise NotProvableError("an arm of this choice does more than set a backend that 2.0 has")
    away = [site for site in part.sites if site.module is not module]
    if away:
        raise NotProvableError("calls in other modules depend on this choice", [site.place for site in away[:3]])
    governed = [site for site in part.sites if order.runs_after(part, site, setters)]
    constant, names = _free_name(module), set(setter_calls.names_set(module, region))
    for site in governed if "soundfile" in names else ():
        backend_limits.changes_for(part.project, site.module, site.use, "soundfile")
    group = part.new_group()
    giving.give(part, PLATFORM, group, [(site, constant, "sox" if "sox_io" in names else "soundfile") for site in governed])
    new = Substitute(region, f"{constant} = {choice}") if governed else Remove(region)
    part.propose(PLATFORM, setters[0], [new], group)


def _free_name(module: Module) -> str:
    taken = {node.id for node in module.names.all(ast.Name)} | set(module.names.module.bindings)
    constant = "AUDIO_BACKEND"
    while constant in taken:
        constant = f"_{constant}"
    return constant
