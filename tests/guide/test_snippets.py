"""What the README and the guide show, runs; each block by itself, as a reader copies it. A diff is what the codemod does."""

import ast
import os
import pathlib
import re
from unittest import mock

import pytest
from sybil.example import Example

from tests.codemod.tables import rewrite
from tests.conftest import ROOT
from tests.guide import console, pages


@pytest.mark.libsox
@pytest.mark.parametrize("example", [pytest.param(example, id=pages.place(example)) for example in pages.examples()])
def test_a_block_does_what_the_page_says(example: Example) -> None:
    """In a namespace and a folder of its own, where the audio is found as from the project's folder."""
    os.symlink(ROOT / "tests", "tests")
    example.document.namespace.clear()
    with mock.patch.dict(os.environ):
        example.evaluate()


def test_there_is_something_to_try() -> None:
    """Blocks are found; a parser that finds none would pass everything."""
    assert len(list(pages.examples())) > 30


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("$ python -m compat.codemod --diff to_mono.py\n--- a/other.py\n", id="another output"),
        pytest.param("$ python -m compat.run --no-such-option 2.0 train.py\n", id="an option that is not there"),
        pytest.param("$ make nothing-of-the-kind\n", id="a target that is not there"),
    ],
)
def test_what_is_wrong_is_seen(block: str) -> None:
    """The comparison can fail."""
    with pytest.raises(AssertionError):
        console.evaluate(mock.Mock(parsed=block, path=str(pathlib.Path(__file__))))


_BLOCK = re.compile(r'^```(?P<kind>diff|py)(?: title="(?P<title>[^"]*)")?\n(?P<text>.*?)^```', re.MULTILINE | re.DOTALL)
_OWN_TESTS = "rules.md"  # its examples are those of the rules, which tests/codemod runs


def _blocks(kind: str) -> list[object]:
    return [
        pytest.param(found["text"], found["title"] or "", id=f"{pages.name(page)}:{page.read_text()[: found.start()].count(chr(10)) + 1}")
        for page in pages.PAGES
        if page.name != _OWN_TESTS
        for found in _BLOCK.finditer(page.read_text("utf-8"))
        if found["kind"] == kind
    ]


def _side(diff: str, marks: str) -> str:
    return "".join(line[1:] for line in diff.splitlines(keepends=True) if (line[:1] or " ") in marks) if diff else ""


@pytest.mark.parametrize(("diff", "title"), _blocks("diff"))
def test_a_diff_is_what_the_codemod_does(diff: str, title: str) -> None:
    """With the options in its title; and nothing of it is left to do."""
    target = re.search(r"--target (\S+)", title)
    before, after = _side(diff, " -"), _side(diff, " +")
    ast.parse(before)
    outcome = rewrite({"program.py": before}, target[1] if target else "2.2", unsafe="--unsafe" in title)["program.py"]
    assert outcome.text == after


@pytest.mark.parametrize(("program", "rule"), _blocks("py"))
def test_what_is_left_to_a_person_is_reported(program: str, rule: str) -> None:
    """By the rule in the block's title, and the text stays."""
    outcome = rewrite({"program.py": program}, "2.9" if rule in ("TAC124", "TAC126") else "2.2")["program.py"]
    assert outcome.text == program
    assert rule in {finding.rule for finding in outcome.left}


def test_there_are_diffs_and_reports() -> None:
    """A pattern that finds none would pass everything."""
    assert len(_blocks("diff")) > 10
    assert len(_blocks("py")) >= 5
