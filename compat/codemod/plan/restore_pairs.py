"""Find code that restores a backend: ``before = get()``, ``set("x")``, work, ``set(before)``."""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.rewrite import Change, Remove, Unwrap
from compat.codemod.source import Kind, Module, Use, listed
from compat.codemod.uses import SetterCall, setter_calls


@dataclasses.dataclass(frozen=True, eq=False)
class Restore:
    """Code that keeps the backend with the getter, sets another one, and restores the first.

    ``set`` is the same as ``back`` if no setter stands in between, though called code may have one.
    """

    getter: Use
    saved: ast.stmt
    set: SetterCall
    back: SetterCall
    region: tuple[ast.stmt, ...]
    attempt: ast.Try | None

    def changes(self) -> Iterator[Change]:
        """Yield the changes that remove all three calls, and a ``try`` with nothing left to do."""
        yield Remove(self.saved)
        if self.set is not self.back:
            yield Remove(self.set.statement)
        attempt = self.attempt
        if attempt is None or attempt.handlers or len(attempt.finalbody) > 1:
            yield Remove(self.back.statement)
        else:
            yield Unwrap(attempt, tuple(attempt.body))


@listed
def restores(module: Module) -> Iterator[Restore]:
    """Return the places in a module that keep a backend, set another one and restore the first."""
    own = setter_calls.of(module)
    for use in module.of(Kind.GETTER):
        target = (
            module.kept_in(use.call)
            if use.call and not use.call.args and not use.call.keywords
            else None
        )
        if target:
            yield from _restore(module, use, module.statement_of(target), target, own)


def _restore(
    module: Module, use: Use, saved: ast.stmt, target: ast.Name, own: list[SetterCall]
) -> Iterator[Restore]:
    bindings = module.names.bindings(target)
    reads = module.reads(target)
    backs = [
        one
        for one in own
        if len(reads) == 1 and setter_calls.argument(one.call) is reads[0] and one.where != "value"
    ]
    if len(bindings) != 1 or not backs:
        return
    back, block = backs[0], module.siblings(saved)
    start, end = module.span(saved)[1], module.span(back.call)[0]
    later = [one for one in own if one is not back and start <= module.span(one.call)[0] < end]
    function = module.function_of(saved)
    between = [
        one
        for one in later
        if one.name is not None
        and one.where != "value"
        and module.function_of(one.call) is function
    ]
    parent, field = module.block(back.statement)
    attempt = (
        parent if isinstance(parent, ast.Try) and field == "finalbody" and parent in block else None
    )
    if attempt is not None and attempt.orelse:
        return
    if not later and (attempt is not None or back.statement in block):
        yield Restore(use, saved, back, back, (), attempt)
    elif len(between) == 1:
        setter = between[0].statement
        region = (
            _up_to(block, setter, back.statement)
            if attempt is None
            else _in_try(block, saved, setter, attempt)
        )
        if region is not None:
            yield Restore(
                use,
                saved,
                between[0],
                back,
                tuple(one for one in region if one is not setter),
                attempt,
            )


def _up_to(block: list[ast.stmt], setter: ast.stmt, back: ast.stmt) -> list[ast.stmt] | None:
    """Return what runs between two setters of a block; ``None`` if the second may be skipped."""
    if setter not in block or back not in block:
        return None
    region = block[block.index(setter) + 1 : block.index(back)]
    leaves = any(
        isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue)
        for one in region
        for node in ast.walk(one)
    )
    return None if leaves else region


def _in_try(
    block: list[ast.stmt], saved: ast.stmt, setter: ast.stmt, attempt: ast.Try
) -> list[ast.stmt] | None:
    """Return what runs between a setter and the ``finally`` that restores the old backend.

    Return ``None`` if the setter is elsewhere.
    """
    outside = setter in block
    if not outside and (setter is not attempt.body[0] or len(attempt.body) == 1):
        return None
    start = block.index(setter if outside else saved) + 1
    if start > block.index(attempt):
        return None
    return [
        *block[start : block.index(attempt)],
        *attempt.body,
        *(one for handler in attempt.handlers for one in handler.body),
    ]
