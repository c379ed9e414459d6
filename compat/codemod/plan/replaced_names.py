"""Find names that a file replaces in another module or class: ``config.setup = mine``."""

import ast
import re
from collections.abc import Mapping

from compat.codemod.files.import_graph import stem
from compat.codemod.source import Module, plain_name

# In files that are not parsed: the attribute in `m.setup = ...`, `m.setup, x = ...`;
# in `del m.setup`, `as m.setup`, `for m.setup in`.
# Each begins with plain letters, which the regex engine finds fastest.
_ASSIGNED = re.compile(r"\.(?<!\bself\.)(?<!\bcls\.)(\w++)(?=[ \t]*(?:=(?!=)|,[^\n()=]*=(?!=)))")
_TARGETED = [
    re.compile(rf"{word}(?<!\w{word})[ \t]+[\w.]*\.(\w+)") for word in ("del", "as", "for")
]
# What a function runs and is given if its caller gives nothing.
_INSIDE = ("__code__", "__defaults__", "__kwdefaults__")
# What stands in brackets, with what calls in it are given.
_ARGUMENTS = r"((?:[^()]|\((?:[^()]|\([^()]*\))*\)?){0,300})"
# The names in texts given to `setattr`, `mock.patch` and their kind, and in namespaces.
_GIVEN = [
    re.compile(rf"{word}\s*\({_ARGUMENTS}")
    for word in (r"attr(?<=(?:set|del)attr)", r"patch(?:\.\w+)?")
]
# A module or class whose names are given to `setattr` as they are computed, and what it defines.
_COMPUTED = re.compile(r"setattr\s*\(\s*(?:\w+\.)*(\w+)(?<!\bself)\s*,\s*(?!['\"])")
_CLASS, DEFINED = (re.compile(rf"{word}(?<!\w{word})[ \t]+(\w+)") for word in ("class", "def"))
_WORD_BEFORE = re.compile(r"(\w+)[ \t]+\Z")
_NAMED = re.compile(r"['\"](?:[\w.]*\.)?(\w+)['\"]|(\w+)[ \t]*=(?!=)")
_NAMESPACES = [
    re.compile(one)
    for one in ("__dict__", *(rf"{word}[ \t]*\(" for word in ("globals", "vars", "locals")))
]
_STORED = [
    re.compile(r"\[\s*(['\"]\w+['\"])\s*\]\s*=(?!=)"),
    *(
        re.compile(rf"{word}(?<!\w{word})\s*\({_ARGUMENTS}")
        for word in ("update", "setdefault", "pop")
    ),
]


def of(modules: Mapping[str, Module], texts: Mapping[str, str]) -> frozenset[str]:
    """Return the names that files assign: some by their tree, the others by their text.

    Functions of these names may not be the ones that run.
    """
    found: set[str] = set()
    owners = {one for text in texts.values() for one in _COMPUTED.findall(text)}
    named_as = re.compile(rf"as(?<!\was)[ \t]+(?:{'|'.join(owners)})\b")
    owners |= {
        name
        for text in (texts.values() if owners else ())
        for alias in named_as.finditer(text)
        for name in _WORD_BEFORE.findall(text, max(alias.start() - 200, 0), alias.start())
    }
    for path, text in texts.items() if owners else ():
        classes = _CLASS.findall(text)
        if stem(path) in owners or not owners.isdisjoint(classes):
            found.update(classes, DEFINED.findall(text))
    for module in modules.values():
        stored = (
            one for one in module.names.all(ast.Attribute) if not isinstance(one.ctx, ast.Load)
        )
        for one in stored:
            names = [one.attr, plain_name(one.value)] if one.attr in _INSIDE else [one.attr]
            found.update(names if plain_name(one.value) not in ("self", "cls") else ())
    for text in texts.values():
        found |= _by_text(text)
    for text in (text for path, text in texts.items() if path not in modules):
        found |= {name for pattern in (_ASSIGNED, *_TARGETED) for name in pattern.findall(text)}
    return frozenset(found)


def _by_text(text: str) -> set[str]:
    """Return the names that a file replaces by their text: ``setattr(config, "setup", mine)``."""
    stored = _STORED if any(one.search(text) for one in _NAMESPACES) else ()
    given = [one for pattern in (*_GIVEN, *stored) for one in pattern.findall(text)]
    return {name for one in given for pair in _NAMED.findall(one) for name in pair if name}
