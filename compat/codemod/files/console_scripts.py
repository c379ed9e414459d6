"""Read a project's console scripts from ``pyproject.toml``, ``setup.cfg`` or ``setup.py``."""

import os
import re
from collections.abc import Iterable

from compat.codemod.files.content import content
from compat.codemod.files.discovery import folders

_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
# `name = "package.module:function"`. Other text that matches names no module or function of the
# project.
_SCRIPT = re.compile(rb"=[ \t]*['\"]?([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


def beside(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return the console scripts of these files' projects, as a dotted module name and a function.

    Search the files' folders and the folders above them.
    """
    texts = (
        content(os.path.join(folder, name))
        for folder in sorted(folders(paths, above=True))
        for name in _FILES
    )
    found = (match for text in texts for match in _SCRIPT.findall(text))
    return [(module.decode(), function.decode()) for module, function in dict.fromkeys(found)]
