"""The shape of the codemod's code: what a reader may count on in every file."""

import ast
from pathlib import Path

import pytest

import compat.codemod
from tests.codemod import tables

ROOT = Path(compat.codemod.__file__).parent
FILES = pytest.mark.parametrize("path", [pytest.param(path, id=str(path.relative_to(ROOT))) for path in sorted(ROOT.rglob("*.py"))])


@FILES
def test_the_first_line_says_what_a_reader_looks_for(path: Path) -> None:
    words = ast.get_docstring(ast.parse(path.read_text()))
    assert words
    assert path.read_text().startswith(f'"""{words.splitlines()[0]}')


@FILES
def test_no_class_is_longer_than_200_lines(path: Path) -> None:
    classes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)]
    assert {node.name for node in classes if (node.end_lineno or 0) - node.lineno >= 200} == set()


def test_a_failing_case_prints_what_is_different() -> None:
    """The helper module is rewritten by pytest."""
    with pytest.raises(AssertionError, match="- samples = 1"):
        tables.check(tables.changes("wrong", "frames = 1\n", "samples = 1\n"))
