"""Find the names that a program may give to other functions: ``config.setup = mine``."""

import re
from collections.abc import Mapping

from compat.codemod.files.import_graph import stem
from compat.codemod.files.replaced_names import unread_owners
from compat.codemod.uses import Project

_CLASS, DEFINED = (re.compile(rf"{word}(?<!\w{word})[ \t]+(\w+)") for word in ("class", "def"))


def of(project: Project, texts: Mapping[str, str]) -> frozenset[str]:
    """Return the names that some files may give to other functions, by their texts.

    Functions of these names may not be the ones that run.
    """
    owners = {one for text in texts.values() for one in unread_owners(text)}
    found = frozenset().union(*map(project.replaced_names, texts))
    for path, text in texts.items() if owners else ():
        classes = _CLASS.findall(text)
        if not owners.isdisjoint(["*", stem(path), *classes]):
            found = found.union(classes, DEFINED.findall(text))
    return found
