"""Read a project's console scripts from ``pyproject.toml``, ``setup.cfg`` or ``setup.py``."""

import os
import re
from collections.abc import Iterable

from compat.codemod.files.import_graph import content

_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
# `name = "package.module:function"`. Other text that matches names no module or function of the
# project.
_SCRIPT = re.compile(rb"=[ \t]*['\"]?([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


def beside(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return the console scripts of these files' projects, as a dotted module name and a function.

    Search the files' folders and the folders above them.
    """
    files = [os.path.abspath(path) for path in paths]
    if not files:
        return []
    top = os.path.commonpath([os.path.dirname(path) for path in files])
    folders = {top}
    for path in files:
        folder = os.path.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    found = []
    for folder in (*_above(top), *sorted(folders)):
        for name in _FILES:
            matches = _SCRIPT.findall(content(os.path.join(folder, name)))
            found += [(module.decode(), function.decode()) for module, function in matches]
    return list(dict.fromkeys(found))


def _above(folder: str) -> list[str]:
    """Return the folders above one, up to the root of its project."""
    found: list[str] = []
    while (
        not os.path.exists(os.path.join(folder, ".git"))
        and folder != os.path.dirname(folder)
        and len(found) < 3
    ):
        folder = os.path.dirname(folder)
        found.append(folder)
    return found
