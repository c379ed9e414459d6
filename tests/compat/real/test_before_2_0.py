"""The table of names that went before 2.0, against the releases that still had them and those that first had not."""

import ast
import functools
import pathlib

import pytest

from compat.names.removed import BEFORE_2_0, BESIDE_IO
from tests.compat.real import wheels

_LAST_WITH = {"0.8": "0.7.2", "0.9": "0.8.1", "0.10": "0.9.1", "0.11": "0.10.2", "2.0": "0.13.1"}
_FIRST_WITHOUT = {"0.8": "0.8.1", "0.9": "0.9.1", "0.10": "0.10.2", "0.11": "0.11.0", "2.0": "2.0.2"}
# the setter put it there, from the module of a backend, as it did with load, save and info
_SET = "load_wav"


@functools.cache
def _bound(release: str, module: str) -> frozenset[str]:
    """The names that a module of a release binds, itself a file or a package; none where it has no such module."""
    root = wheels.unpacked(release, python="3.8")
    folder = pathlib.Path(root, "torchaudio", *module.split(".")) if module else root / "torchaudio"
    files = [file for file in (folder.with_suffix(".py"), folder / "__init__.py") if file.exists()]
    beside = {file.stem for file in folder.glob("*.py")} if folder.is_dir() else set()
    return frozenset(beside.union(*(_names(ast.parse(file.read_text("utf-8"))) for file in files)))


def _names(tree: ast.Module) -> set[str]:
    names = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


@pytest.mark.network
@pytest.mark.parametrize("path", [path for path in (*BEFORE_2_0, *BESIDE_IO) if path != _SET])
def test_a_name_went_in_the_release_that_is_named(path: str) -> None:
    module, _, name = path.rpartition(".")
    removed_in = {**BEFORE_2_0, **BESIDE_IO}[path].removed_in
    assert name in _bound(_LAST_WITH[removed_in], module)
    assert name not in _bound(_FIRST_WITHOUT[removed_in], module)
