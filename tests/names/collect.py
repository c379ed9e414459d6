"""Make ``names.txt`` from wheels of torchaudio, without importing them.

    pip download --no-deps --dest wheels torchaudio==2.0.2        (and so on, one for each release)
    python -m tests.names.collect wheels

A name counts if its module binds it at the top level, also under ``if`` and ``try``: functions,
classes, constants, submodules, and names imported from torchaudio or torio.
"""

import ast
import pathlib
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from compat.commands import writing
from compat.names import wheel_names

ROOT = "torchaudio"
_OWN = (ROOT, "torio")
# up to 2.1 no statement binds these: the setter adds them while torchaudio is imported
_SET_AT_IMPORT = {"2.0": {"info", "load", "save"}, "2.1": {"info", "load", "save"}}


class _Source(NamedTuple):
    """One module of a wheel: its dotted name, whether it is a package, and its syntax tree."""

    name: str
    package: bool
    tree: ast.Module


def names_of(wheel: pathlib.Path) -> set[str]:
    """Return all names in a wheel without the leading ``torchaudio.``, modules included."""
    modules = {source.name: source for source in _sources(wheel)}
    bound = {name: set(_bound(source, modules)) for name, source in modules.items()}
    for name in modules:
        parent, _, last = name.rpartition(".")
        if parent in bound:
            bound[parent].add(last)
    full = {f"{module}.{name}" for module, found in bound.items() for name in found} | modules.keys()
    return {name.removeprefix(f"{ROOT}.") for name in full if name.startswith(f"{ROOT}.")}


def _sources(wheel: pathlib.Path) -> Iterator[_Source]:
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            if path.endswith(".py") and path.partition("/")[0] in _OWN:
                parts = path.removesuffix(".py").split("/")
                package = parts[-1] == "__init__"
                name = ".".join(parts[:-1] if package else parts)
                yield _Source(name, package, ast.parse(archive.read(path)))


def _bound(source: _Source, modules: Mapping[str, _Source]) -> Iterator[str]:
    """Yield the names that a module binds.

    Star imports are followed. If the module has a ``__getattr__``, its lists hold the names made
    there.
    """
    statements = list(_statements(source.tree.body))
    makes_names = any(isinstance(node, ast.FunctionDef) and node.name == "__getattr__" for node in statements)
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (leaf.id for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name))
            if makes_names and isinstance(node.value, ast.List):
                leaves = (leaf for leaf in ast.walk(node.value) if isinstance(leaf, ast.Constant))
                yield from (leaf.value for leaf in leaves if isinstance(leaf.value, str))
        elif isinstance(node, ast.ImportFrom):
            yield from _imported(node, source, modules)


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            handlers = [inner for handler in getattr(node, "handlers", ()) for inner in handler.body]
            yield from _statements([*node.body, *node.orelse, *handlers])


def _imported(node: ast.ImportFrom, source: _Source, modules: Mapping[str, _Source]) -> Iterator[str]:
    where = node.module or ""
    if node.level:
        above = source.name.split(".")
        above = above[: len(above) - node.level + source.package]
        where = ".".join([*above, where] if where else above)
    if where.partition(".")[0] not in _OWN:
        return
    for alias in node.names:
        if alias.name != "*":
            yield alias.asname or alias.name
        elif where in modules:
            yield from (name for name in _bound(modules[where], modules) if not name.startswith("_"))


def written(found: Mapping[str, set[str]]) -> str:
    """Return the text of ``names.txt`` for the names of each release, oldest first."""
    order = sorted(found, key=wheel_names.minor)
    lines = [
        "# made by tests/names/collect.py from the wheels; each name with the releases that have it",
        " ".join(order),
    ]
    for name in sorted(set().union(*found.values())):
        lines.append(f"{name} {' '.join(_ranges([name in found[release] for release in order], order))}")
    return "\n".join(lines) + "\n"


def _ranges(there: list[bool], order: list[str]) -> Iterator[str]:
    start = None
    for index, is_there in enumerate([*there, False]):
        if is_there and start is None:
            start = index
        elif not is_there and start is not None:
            ends = [".".join(order[place].split(".")[:2]) for place in (start, index - 1)]
            yield ends[0] if ends[0] == ends[1] else "-".join(ends)
            start = None


def main(folder: str) -> None:
    """Read all wheels in a folder and write the table."""
    wheels = {path.name.split("-")[1]: path for path in pathlib.Path(folder).glob(f"{ROOT}-*.whl")}
    found = {version: names_of(path) | _SET_AT_IMPORT.get(version.rpartition(".")[0], set()) for version, path in wheels.items()}
    writing.write(str(pathlib.Path(wheel_names.__file__).with_name("names.txt")), [written(found)])


if __name__ == "__main__":
    main(sys.argv[1])
