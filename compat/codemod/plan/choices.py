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

    Where none may be set, either the choice chose none, or it has not run: then it must precede.
    """
    choice = constant(part, setters[0])
    if choice is None or site.module is not setters[0].module or choice.is_open is not also_none:
        return None
    arms = {one for one in part.setters if one.region is setters[0].region}
    is_safe = _follows(site, setters[0]) or (not also_none and _is_shared(part, site, setters[0]))
    return choice if arms == set(setters) and is_safe else None


def statements(choice: Choice, setter: SetterCall, sites: list[Site]) -> list[str]:
    """Return what takes the place of a choice that governs these sites."""
    is_local = setter.module.function_of(setter.region) is not None
    declared = is_local and not all(_follows(site, setter) for site in sites)
    new = [f"global {choice.name}"] if declared else []
    return [*new, f"{choice.name} = {choice.value}"] if sites else [""]


def _follows(site: Site, setter: SetterCall) -> bool:
    return constants.is_after(setter.module, setter.region, site.use.node)


def _is_shared(part: Part, site: Site, setter: SetterCall) -> bool:
    """Return whether a site, which comes after the choice, sees its constant as a global name.

    It does if the choice is made whenever the module is loaded, or if that happens only once.
    """
    module, graph = setter.module, part.project.imports
    if setter.region in module.tree.body:
        return True
    own, path = module.function_of(setter.region), module.path
    is_beside = own is not None and module.function_of(site.use.node) is own
    reached = graph.reachable(path) - {path}
    is_again = any(path in graph.reachable(one) for one in reached)
    return not (is_beside or is_again or constants.may_change(part.project, _free_name(module)))


def _free_name(module: Module) -> str:
    taken = {node.id for node in module.names.all(ast.Name)} | set(module.names.module.bindings)
    name = "AUDIO_BACKEND"
    while name in taken:
        name = f"_{name}"
    return name
