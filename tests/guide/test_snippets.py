"""What the README and the guide show, runs; each block by itself, as a reader copies it."""

import os
import pathlib
from unittest import mock

import pytest
from sybil.example import Example

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
