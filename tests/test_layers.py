"""The one direction of imports, and what nobody must import too early."""

from __future__ import annotations

import ast
import pathlib

import pytest

from tests.conftest import ROOT

_MAY_IMPORT = {"dispatcher": {"dispatcher"}, "legacy": {"legacy", "dispatcher"}, "compat": {"compat", "legacy", "dispatcher"}}
FILES = [path for package in _MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


def _imported(path: pathlib.Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_flows_one_way(path: pathlib.Path) -> None:
    """compat -> legacy -> dispatcher, never back."""
    package = path.relative_to(ROOT).parts[0]
    assert not _imported(path) & (set(_MAY_IMPORT) - _MAY_IMPORT[package])
