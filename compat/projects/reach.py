"""Find the Python files of a project or a program, and what each imports; nothing is run."""

import ast
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

_MOST_FOUND = 3000
# what is in these may never run
_PERHAPS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.Match)


def files(program: str, folder: str) -> Iterator[str]:
    """Yield the files of a script or package, and of all that it imports from its project.

    Args:
        program: a script, a folder, or a dotted name in the current folder.
        folder: the root of the project.
    """
    start = pathlib.Path(program)
    homes = [
        start if start.is_dir() else start.parent,
        pathlib.Path(folder),
        pathlib.Path(folder, "src"),
    ]
    waiting = [start, start / "__main__.py", *_modules(f"{program}.__main__", homes)]
    found = set()
    while waiting:
        path = os.path.realpath(waiting.pop())
        if path not in found and os.path.isfile(path):
            found.add(path)
            yield path
            waiting += _imported(pathlib.Path(path), homes)


def _imported(path: pathlib.Path, homes: Sequence[pathlib.Path]) -> Iterator[pathlib.Path]:
    """Yield the files that the imports of a file may mean, most of which do not exist."""
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            dots, above = getattr(node, "level", 0), getattr(node, "module", None)
            near = [path.joinpath(*[".."] * dots)] if dots else homes
            for alias in node.names:
                yield from _modules(f"{above}.{alias.name}" if above else alias.name, near)


def _modules(name: str, homes: Sequence[pathlib.Path]) -> Iterator[pathlib.Path]:
    """Yield the files that a dotted name may mean: a module, and the packages above it."""
    for place in itertools.accumulate(name.split("."), "{}/{}".format):
        for home in homes:
            yield from (home / f"{place}.py", home / place / "__init__.py")


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
