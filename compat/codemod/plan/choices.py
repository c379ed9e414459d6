"""Turn a backend chosen by operating system into one constant that the module's calls pass."""

import ast
import dataclasses

from compat.codemod.plan import constants
from compat.codemod.plan.marks import Site
from compat.codemod.plan.part import Part
from compat.codemod.source import Module
from compat.codemod.uses import SetterCall, setter_calls


@dataclasses.dataclass(frozen=True)
class Choice:
    """A choice of backend as a constant.

    Attributes:
        name: of the constant.
        value: the expression that chooses.
        backend: one of those it chooses from, the one that accepts less.
        is_open: whether it may choose none.
    """

    name: str
    value: str
    backend: str
    is_open: bool


def constant(part: Part, setter: SetterCall) -> Choice | None:
    """Return the choice that a setter is an arm of.

    Return ``None`` if it is not an arm of one, or if an arm does more than set a backend.
    """
    if setter.where != "platform":
        return None
    module, region = setter.module, setter.region
    value = setter_calls.platform_choice(module, region)
    if (
        value is None
        or len(
            {
                id(one.region)
                for one in part.setters
                if one.module is module and one.where == "platform"
            }
        )
        > 1
    ):
        return None
    backend = "sox" if '"sox"' in value else "soundfile"
    return Choice(_free_name(module), value, backend, value.endswith(" else None"))


def at(part: Part, site: Site, setters: list[SetterCall], *, also_none: bool) -> Choice | None:
    """Return the choice that governs a site in its module, if its arms are the site's setters.

    Its constant must be there: a site that may run where none is set must follow the choice, and so
    must one below a function or main block, which a process that is spawned does not run.
    """
    choice, region = constant(part, setters[0]), setters[0].region
    if choice is None or site.module is not setters[0].module or choice.is_open is not also_none:
        return None
    arms = {one for one in part.setters if one.region is region}
    is_everywhere = region in site.module.tree.body and not also_none
    is_there = is_everywhere or constants.is_after(site.module, region, site.use.node)
    return choice if arms == set(setters) and is_there else None


def _free_name(module: Module) -> str:
    taken = {node.id for node in module.names.all(ast.Name)} | set(module.names.module.bindings)
    name = "AUDIO_BACKEND"
    while name in taken:
        name = f"_{name}"
    return name
