"""All names without an underscore are typed completely and documented, so that who uses them is checked, and an editor knows them."""

from __future__ import annotations

import inspect
import json
import os
import pydoc
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.network
@pytest.mark.parametrize("package", ["compat", "legacy", "dispatcher"])
def test_types_and_docstrings_are_complete(package: str) -> None:
    """By the measure of pyright, which fetches its own program from npm when it first runs; a docstring may be inherited."""
    command = [sys.executable, "-m", "pyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"]
    # pyright looks for torch and the like where the first Python on PATH has them
    path = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if not done.stdout.lstrip().startswith("{"):
        pytest.skip(f"pyright's program cannot be fetched here: {(done.stderr or done.stdout).strip()[-200:]}")
    symbols = [symbol for symbol in json.loads(done.stdout)["typeCompleteness"]["symbols"] if symbol["isExported"]]
    assert symbols
    assert not {symbol["name"] for symbol in symbols if not symbol["isTypeKnown"]}
    bare = {symbol["name"] for symbol in symbols for said in symbol.get("diagnostics", ()) if "No docstring" in said["message"]}
    assert not {name for name in bare if not inspect.getdoc(pydoc.locate(name))}
