"""The shape of the codemod's code: what a reader may count on in every file."""

import ast
from pathlib import Path

import pytest

import compat.codemod
from tests.codemod import tables

ROOT = Path(compat.codemod.__file__).parent


@pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in sorted(ROOT.rglob("*.py"))])
def test_the_first_line_says_what_a_reader_looks_for_and_no_class_has_200_lines(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert path.read_text().startswith(f'"""{ast.get_docstring(tree).splitlines()[0]}')
    assert not [node.name for node in tree.body if isinstance(node, ast.ClassDef) and node.end_lineno - node.lineno >= 200]


def test_a_failing_case_prints_what_is_different() -> None:
    """The helper module is rewritten by pytest."""
    with pytest.raises(AssertionError, match="- samples = 1"):
        tables.check(tables.changes("wrong", "frames = 1\n", "samples = 1\n"))
