"""Setters in functions, each before calls of its own in the same block: the calls name what was set."""

import ast
from collections.abc import Iterator

from compat.codemod.plan import giving, removal
from compat.codemod.plan.part import FOLD, Part
from compat.codemod.plan.sites import Site
from compat.codemod.plan.visibility import all_is_seen
from compat.codemod.rewrite import Remove
from compat.codemod.source import NotProvableError, old_names
from compat.codemod.uses import SetterCall


def settle(part: Part, setters: list[SetterCall]) -> None:
    """Settle setters that stand in functions.

    Raises:
        NotProvableError: why nothing is changed.
    """
    all_is_seen(part)
    governed = {site: setter for setter in setters for site in _dominated(part, setter, setters)}
    homes = {(setter.module, setter.module.function_of(setter.call)) for setter in setters}
    for site in part.sites:
        if site not in governed and (site.module, site.module.function_of(site.use.node)) in homes:
            raise NotProvableError("a call in the same function runs before it, or also without it", [site.place])
        if site not in governed:
            raise NotProvableError("the setting outlives its function, and other calls may depend on it", [site.place])
    for setter in setters:
        removal.not_caught(setter)
        function = setter.module.function_of(setter.call)
        waits = function is not None and any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in ast.walk(function))
        if waits and len({other.name for other in setters}) > 1:
            raise NotProvableError("its function pauses, and another backend may be set meanwhile")
    group = part.new_group()
    named = [(site, old_names.PER_CALL_NAMES[setter.name or ""]) for site, setter in governed.items()]
    giving.give(part, FOLD, group, [(site, f'"{name}"', name) for site, name in named])
    for setter in setters:
        part.propose(FOLD, setter, [Remove(setter.statement)], group)


def _dominated(part: Part, setter: SetterCall, setters: list[SetterCall]) -> Iterator[Site]:
    """The sites that run after the setter, in its block, before another setter."""
    module, block = setter.module, setter.module.siblings(setter.statement)
    function = module.function_of(setter.statement)
    for statement in block[block.index(setter.statement) + 1 :]:
        if any(other is not setter and other.module is module and module.inside(other.call, statement) for other in setters):
            return
        for site in part.sites_in(module):
            if module.inside(site.use.node, statement) and module.function_of(site.use.node) is function:
                yield site
