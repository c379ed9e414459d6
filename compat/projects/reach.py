"""Find the files of a project that a program imports, by reading its text; nothing is run."""

import ast
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

_MOST = 2000
_MOST_FOUND = 3000
# what is in these may never run
_PERHAPS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.Match)


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


class Needed(NamedTuple):
    """A top-level package that a file cannot do without, and the line that imports it.

    ``always`` tells whether that line runs whenever the file does: it is in no function, and under
    no condition.
    """

    package: str
    line: int
    always: bool


def needed(path: str) -> Iterator[Needed]:
    """Yield the packages that a file imports, without those in ``try`` or for types alone."""
    waiting: list[tuple[ast.AST, bool]] = [(_parsed(pathlib.Path(path)), True)]
    while waiting:
        node, always = waiting.pop()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from (Needed(name.partition(".")[0], node.lineno, always) for name in names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield Needed(node.module.partition(".")[0], node.lineno, always)
        always = always and not isinstance(node, _PERHAPS)
        waiting += [(part, always) for part in _parts(node)]


def _parts(node: ast.AST) -> Iterable[ast.AST]:
    """Return the parts of a node, without the imports that a program can run without."""
    if isinstance(node, ast.Try | ast.TryStar):
        return [*node.orelse, *node.finalbody]
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return node.orelse
    if isinstance(node, ast.With) and "suppress" in ast.unparse(node.items[0].context_expr):
        return []
    return ast.iter_child_nodes(node)


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
