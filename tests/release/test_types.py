"""All names without an underscore are typed completely and documented, so that who uses them is checked, and an editor knows them."""

import inspect
import pydoc

import pytest

from tests.conftest import ROOT
from tests.release import pyright


@pytest.mark.network
@pytest.mark.parametrize("package", ["compat", "legacy", "dispatcher"])
def test_types_and_docstrings_are_complete(package: str) -> None:
    """By the measure of pyright; a docstring may be inherited."""
    found = pyright.report("--verifytypes", package, "--ignoreexternal", folder=ROOT)
    symbols = [symbol for symbol in found["typeCompleteness"]["symbols"] if symbol["isExported"]]
    assert symbols
    assert not {symbol["name"] for symbol in symbols if not symbol["isTypeKnown"]}
    bare = {symbol["name"] for symbol in symbols for said in symbol.get("diagnostics", ()) if "No docstring" in said["message"]}
    assert not {name for name in bare if not inspect.getdoc(pydoc.locate(name))}
