"""Find the names that a program may give to other functions: ``config.setup = mine``."""

import re
from collections.abc import Mapping

from compat.codemod.files.import_graph import stem
from compat.codemod.files.replaced_names import unread_names
from compat.codemod.uses import Project

# a module or class of which any name may be replaced, and what it defines
_OWNERS = unread_names()
_CLASS, DEFINED = (re.compile(rf"{word}(?<!\w{word})[ \t]+(\w+)") for word in ("class", "def"))
_WORD_BEFORE = re.compile(r"(\w+)[ \t]+\Z")


def of(project: Project, texts: Mapping[str, str]) -> frozenset[str]:
    """Return the names that some files may give to other functions, by their texts.

    Functions of these names may not be the ones that run.
    """
    owners = {
        one for text in texts.values() for pattern in _OWNERS for one in pattern.findall(text)
    }
    named_as = re.compile(rf"as(?<!\was)[ \t]+(?:{'|'.join(owners)})\b")
    owners |= {
        name
        for text in (texts.values() if owners else ())
        for alias in named_as.finditer(text)
        for name in _WORD_BEFORE.findall(text, max(alias.start() - 200, 0), alias.start())
    }
    found = frozenset().union(*map(project.replaced_names, texts))
    for path, text in texts.items() if owners else ():
        classes = _CLASS.findall(text)
        if not owners.isdisjoint(["", stem(path), *classes]):
            found = found.union(classes, DEFINED.findall(text))
    return found
