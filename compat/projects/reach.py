"""Find the files of a project that a program imports, by reading its text; nothing is run."""

import ast
import itertools
import os
import pathlib
from collections.abc import Iterator
from typing import Any

_MOST = 2000
_MOST_FOUND = 3000


def files(program: str, folder: str) -> list[str]:
    """Return the files of a script or package, and of all that it imports from its project.

    Args:
        program: a script, a folder, or a dotted name in the current folder.
        folder: the root of the project.
    """
    start = pathlib.Path(program)
    beside = (
        start.absolute()
        if start.is_dir()
        else start.absolute().parent
        if start.is_file()
        else pathlib.Path.cwd()
    )
    homes = [beside, pathlib.Path(folder), pathlib.Path(folder, "src")]
    waiting = (
        [start]
        if start.is_file()
        else [start / "__main__.py"]
        if start.is_dir()
        else list(_named(program, homes, main=True))
    )
    found: dict[pathlib.Path, None] = {}
    while waiting and len(found) < _MOST:
        path = waiting.pop()
        real = pathlib.Path(os.path.realpath(path))
        if real in found or not real.is_file():
            continue
        found[real] = None
        for name in _imported(real):
            waiting += _named(
                name, [*homes, real.parent] if name.startswith(".") else homes, start=real
            )
    return [str(path) for path in found]


def python_files(folder: str) -> Iterator[Any]:
    """Yield the Python files of a project; not all of a huge folder, such as a home."""
    from compat.codemod.files import discovery

    found = discovery.walk([folder], (), documents=False)
    python = (one for one in found if one.kind == discovery.PYTHON)
    return itertools.islice(python, _MOST_FOUND)


def needed(path: str) -> Iterator[tuple[str, int]]:
    """Yield the top-level packages that a file cannot do without, with the lines of the imports."""
    waiting: list[ast.AST] = [_parsed(pathlib.Path(path))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0], node.lineno
        elif isinstance(node, ast.Try):
            waiting += [*node.orelse, *node.finalbody]
        elif not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            waiting += ast.iter_child_nodes(node)


def _imported(path: pathlib.Path) -> Iterator[str]:
    """Yield the names that a file imports; a relative one begins with its dots."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (
                f"{base}{'' if base.endswith('.') else '.'}{alias.name}"
                for alias in node.names
                if alias.name != "*"
            )


def _parsed(path: pathlib.Path) -> ast.Module:
    """Return a file as a tree; an empty one if it cannot be read."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _named(
    name: str, homes: list[pathlib.Path], start: pathlib.Path | None = None, *, main: bool = False
) -> Iterator[pathlib.Path]:
    """Yield the files that a dotted name may stand for: a module, and the packages above it."""
    bare = name.lstrip(".")
    dots = len(name) - len(bare)
    if dots and start is not None:
        homes = [start.parents[min(dots, len(start.parents)) - 1]]
    parts = [part for part in bare.split(".") if part]
    for home in homes:
        for length in range(1, len(parts) + 1):
            place = home.joinpath(*parts[:length])
            yield place.with_suffix(".py") if "." not in parts[length - 1] else place
            yield place / "__init__.py"
        if main:
            yield home.joinpath(*parts, "__main__.py")
        if dots and not parts:
            yield home / "__init__.py"
