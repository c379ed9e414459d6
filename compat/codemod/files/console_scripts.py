"""Read from a project's configuration and commands: console scripts, plugins, started files."""

import os
import re
from collections.abc import Iterable

from compat.codemod.files.content import content
from compat.codemod.files.discovery import folders

_FILES = ("pyproject.toml", "setup.cfg", "setup.py")
_OF_PYTEST = ("pytest.ini", "tox.ini", *_FILES)
_COMMANDS = ("Makefile", "Dockerfile", "README.md", "README.rst", "run.sh", *_OF_PYTEST)
_STARTED = re.compile(rb"\bpython[\d.]*[ \t]+(?:-[a-zA-Z]+[ \t]+)*([\w./-]+\.py)\b")
# `name = "package.module:function"`. Other text that matches names no module or function of the
# project.
_SCRIPT = re.compile(rb"=[ \t]*['\"]?([A-Za-z_][\w.]*):([A-Za-z_]\w*)")
_PLUGIN = re.compile(rb"(?<![\w-])-p[ \t=]*([A-Za-z_][\w.]*)")
_ENTRY_POINTS = re.compile(rb"\bpytest11\b(.{0,300})", re.S)
_VALUE = re.compile(rb"=[ \t]*['\"]?([A-Za-z_][\w.]*)")


def beside(paths: Iterable[str]) -> list[tuple[str, str]]:
    """Return the console scripts of these files' projects, as a dotted module name and a function.

    Search the files' folders and the folders above them.
    """
    found = (match for text in _texts(paths, _FILES) for match in _SCRIPT.findall(text))
    return [(module.decode(), function.decode()) for module, function in dict.fromkeys(found)]


def plugins(paths: Iterable[str]) -> list[str]:
    """Return the pytest plugins that these files' projects name by ``-p`` or as entry points."""
    texts = _texts(paths, _OF_PYTEST)
    found = [name for text in texts for name in _PLUGIN.findall(text)]
    # other values that match name no module of the project
    own = (part for text in texts for part in _ENTRY_POINTS.findall(text))
    found += [name for part in own for name in _VALUE.findall(part)]
    return [name.decode() for name in dict.fromkeys(found)]


def started(paths: Iterable[str]) -> set[str]:
    """Return the ends of the paths that commands give to Python: ``/scripts/train.py``."""
    found = {name for text in _texts(paths, _COMMANDS) for name in _STARTED.findall(text)}
    return {os.path.normpath(f"/{name.decode()}") for name in found}


def mention(paths: Iterable[str], word: bytes) -> bool:
    """Return whether the configuration or the commands of these files' projects have a word."""
    return any(word in text for text in _texts(paths, _COMMANDS))


def _texts(paths: Iterable[str], names: Iterable[str]) -> list[bytes]:
    around = sorted(folders(paths, above=True))
    return [content(os.path.join(folder, name)) for folder in around for name in names]
