"""Find names that a file assigns in another module or class: ``config.setup = mine``."""

import ast
import re
from collections.abc import Iterable

from compat.codemod.files.content import content
from compat.codemod.source import Module, plain_name

# In files that are not parsed: the attribute in `m.setup = ...`, `m.setup, x = ...`;
# in `del m.setup`, `as m.setup`, `for m.setup in`.
# Each begins with plain letters, which the regex engine finds fastest.
_ASSIGNED = re.compile(r"\.(?<!\bself\.)(?<!\bcls\.)(\w+)(?=[ \t]*(?:=(?!=)|,[^\n()=]*=(?!=)))")
_TARGETED = [
    re.compile(rf"{word}(?<!\w{word})[ \t]+[\w.]*\.(\w+)") for word in ("del", "as", "for")
]


def of(modules: Iterable[Module], others: Iterable[str]) -> frozenset[str]:
    """Return the names that modules, or other files by their text, assign.

    Functions of these names may not be the ones that run.
    """
    found = set()
    for module in modules:
        stored = (
            one for one in module.names.all(ast.Attribute) if not isinstance(one.ctx, ast.Load)
        )
        found |= {one.attr for one in stored if plain_name(one.value) not in ("self", "cls")}
    for path in others:
        text = content(path).decode("utf-8", "replace")
        found |= {name for pattern in (_ASSIGNED, *_TARGETED) for name in pattern.findall(text)}
    return frozenset(found)
