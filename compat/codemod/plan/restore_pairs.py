"""Find code that restores a backend: ``before = get()``, ``set("x")``, work, ``set(before)``."""

import ast
import dataclasses
from collections.abc import Iterator

from compat.codemod.rewrite import Change, Remove, Unwrap
from compat.codemod.source import Kind, Module, Use, listed
from compat.codemod.uses import SetterCall, setter_calls

_LEAVING = (ast.Return, ast.Raise, ast.Break, ast.Continue)


@dataclasses.dataclass(frozen=True, eq=False)
class Restore:
    """Code that keeps the backend with the getter, sets another one, and restores the first.

    ``set`` is the same as ``back`` if no setter stands in between, though called code may have one.
    """

    getter: Use
    saved: ast.stmt
    set: SetterCall
    back: SetterCall
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
    for use in module.of(Kind.GETTER):
        call = use.call
        target = module.kept_in(call) if call and not call.args and not call.keywords else None
        pair = _restore(module, use, target) if target else None
        if pair is not None:
            yield pair


def _restore(module: Module, use: Use, target: ast.Name) -> Restore | None:
    saved, own, reads = module.statement_of(target), setter_calls.of(module), module.reads(target)
    backs = [
        one
        for one in own
        if len(reads) == 1 and setter_calls.argument(one.call) is reads[0] and one.where != "value"
    ]
    if len(module.names.bindings(target)) != 1 or not backs:
        return None
    back, block = backs[0], module.siblings(saved)
    parent, field = module.block(back.statement)
    is_last = isinstance(parent, ast.Try) and field == "finalbody" and parent in block
    attempt = parent if is_last and isinstance(parent, ast.Try) else None
    if attempt.orelse if attempt else back.statement not in block:
        return None
    start, end = module.span(saved)[1], module.span(back.call)[0]
    between = [one for one in own if one is not back and start <= module.span(one.call)[0] < end]
    if not between:
        return Restore(use, saved, back, back, attempt)
    inside = attempt.body[:1] if attempt is not None and len(attempt.body) > 1 else []
    plain = [one for one in between if one.name is not None and one.where != "value"]
    sure = [one for one in plain if one.statement in (*block, *inside)]
    if len(sure) != 1:
        return None
    # without a `finally`, what leaves the block in between does not restore
    region = block[block.index(saved) : block.index(back.statement)] if attempt is None else []
    if any(isinstance(node, _LEAVING) for one in region for node in ast.walk(one)):
        return None
    return Restore(use, saved, sure[0], back, attempt)
