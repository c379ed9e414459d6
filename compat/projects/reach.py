"""Find the Python files of a project or a program, and what each imports; nothing is run."""

import ast
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

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
    beside = start if start.is_dir() else start.parent
    homes = [beside, pathlib.Path(folder), pathlib.Path(folder, "src")]
    waiting = [start, start / "__main__.py", *_modules(f"{program}.__main__", homes)]
    found: dict[pathlib.Path, None] = {}
    while waiting:
        path = pathlib.Path(os.path.realpath(waiting.pop()))
        if path.is_file() and path not in found:
            found[path] = None
            waiting += _imported(path, homes)
    return list(map(str, found))


def _imported(path: pathlib.Path, homes: list[pathlib.Path]) -> Iterator[pathlib.Path]:
    """Yield the files that the imports of a file may mean, most of which do not exist."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            level = getattr(node, "level", 0)
            near = [path.joinpath(*[".."] * level)] if level else homes
            above = (getattr(node, "module", None) or "") + "."
            for alias in node.names:
                yield from _modules(f"{above}{alias.name}".strip("."), near)


def _modules(name: str, homes: list[pathlib.Path]) -> Iterator[pathlib.Path]:
    """Yield the files that a dotted name may mean: a module, and the packages above it."""
    for home in homes:
        for parts in itertools.accumulate(name.split("."), "{}/{}".format):
            yield home / f"{parts}.py"
            yield home / parts / "__init__.py"


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


def _parsed(path: pathlib.Path) -> ast.Module:
    """Return a file as a tree; an empty one if it cannot be read."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])
