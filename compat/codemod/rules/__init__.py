"""Find the rules by scanning: a file here with a ``RULE`` is one; nothing else lists it."""

import functools
import importlib
import pkgutil

from compat.codemod.rule import Rule


@functools.cache
def rules() -> dict[str, Rule]:
    """Return all rules by id, in order.

    Raises:
        RuntimeError: two rules share an id.
    """
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(__path__):
        rule = importlib.import_module(f"{__name__}.{info.name}").RULE
        if found.setdefault(rule.id, rule) is not rule:
            raise RuntimeError(
                f"two rules are called {rule.id}: {found[rule.id].title!r} and {rule.title!r}"
            )
    return dict(sorted(found.items()))
