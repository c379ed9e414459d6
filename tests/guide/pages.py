"""The pages that a person reads, and the pieces of them that are tried."""

import pathlib
from collections.abc import Iterator

from sybil import Sybil
from sybil.example import Example
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

from tests.conftest import ROOT
from tests.guide import console

GUIDE = ROOT / "migration_guide"
EXAMPLES = GUIDE / "examples"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(GUIDE.rglob("*.md"))]

_SYBIL = Sybil(parsers=[PythonCodeBlockParser(), CodeBlockParser("console", console.evaluate)])


def name(page: pathlib.Path) -> str:
    return str(page.relative_to(ROOT))


def examples() -> Iterator[Example]:
    for page in PAGES:
        yield from _SYBIL.parse(page).examples()


def place(example: Example) -> str:
    return f"{name(pathlib.Path(example.path))}:{example.line}"
