"""A backend that is set and then restored: getter, setter and restoring setter go, and the calls in between name it."""

import ast

from compat.codemod.plan import giving, loading_names, removal
from compat.codemod.plan.part import RESTORE, Part
from compat.codemod.plan.restore_pairs import Restore
from compat.codemod.plan.sites import Site
from compat.codemod.plan.visibility import all_is_seen
from compat.codemod.source import NotProvableError, old_names


def within(part: Part, restore: Restore) -> list[Site]:
    """The sites between the setter and the one that puts the old backend back."""
    module = restore.set.module
    return [site for site in part.sites_in(module) if any(module.inside(site.use.node, one) for one in restore.region)]


def propose(part: Part, restore: Restore, group: int | None = None) -> None:
    """Propose that all of it goes."""
    part.propose(RESTORE, restore.set, restore.changes(), group, also=(restore.getter, restore.back.use))


def settle(part: Part, restore: Restore) -> None:
    """Settle one such place.

    Raises:
        NotProvableError: why nothing is changed.
    """
    all_is_seen(part)
    if restore.set is restore.back:
        _nobody_sets_inside(part, restore)
        propose(part, restore)
        return
    name = old_names.PER_CALL_NAMES.get(restore.set.name or "")
    if name is None:
        raise NotProvableError("what is set in between cannot be read")
    module, inside = restore.set.module, within(part, restore)
    removal.not_caught(restore.set)
    function = module.function_of(restore.set.statement)
    saved = restore.saved.targets[0] if isinstance(restore.saved, ast.Assign) else None
    if function is None and isinstance(saved, ast.Name) and part.project.is_exported(module, saved.id):
        raise NotProvableError(f"{saved.id} is imported by another file")
    if any(module.function_of(site.use.node) is not function for site in inside):
        raise NotProvableError("a call in between runs later")
    if len(inside) < len(part.sites):
        _nothing_loads_elsewhere(part, restore)
    group = part.new_group()
    giving.give(part, RESTORE, group, [(site, f'"{name}"', name) for site in inside])
    propose(part, restore, group)


def _nothing_loads_elsewhere(part: Part, restore: Restore) -> None:
    module = restore.set.module
    for statement in restore.region:
        for node in ast.walk(statement):
            pauses = isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.With)
            reaches = isinstance(node, ast.Call) and loading_names.may_reach(module, node)
            if pauses or reaches or loading_names.may_load(part, node):
                raise NotProvableError("what runs in between may load elsewhere", [module.place(node)])


def _nobody_sets_inside(part: Part, restore: Restore) -> None:
    module = restore.back.module
    block = module.siblings(restore.saved)
    last = restore.attempt or restore.back.statement
    others = [one for one in part.setters if one is not restore.back and one.module.function_of(one.call) is not None]
    for statement in block[block.index(restore.saved) + 1 : block.index(last) + 1] if others else ():
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and node is not restore.back.call and loading_names.may_reach(module, node):
                raise NotProvableError("what runs in between may set a backend", [module.place(node)])
