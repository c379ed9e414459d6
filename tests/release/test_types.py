"""The public names are typed completely, so that who uses them is checked, and an editor knows what they take."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

# the public face of these is a command line, or the class that they inherit from
_INSIDE = ("compat.codemod.", "compat.doctor.", "compat.audit.", "dispatcher.backends.")


@pytest.mark.network
@pytest.mark.parametrize("package", ["compat", "legacy", "dispatcher"])
def test_types_are_complete(package: str) -> None:
    """By the measure of pyright, which fetches its own program from npm when it first runs."""
    command = [sys.executable, "-m", "pyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if not done.stdout.lstrip().startswith("{"):
        pytest.skip(f"pyright's program cannot be fetched here: {(done.stderr or done.stdout).strip()[-200:]}")
    symbols = [symbol for symbol in json.loads(done.stdout)["typeCompleteness"]["symbols"] if symbol["isExported"]]
    assert symbols
    incomplete = {symbol["name"] for symbol in symbols if not symbol["isTypeKnown"] and not symbol["name"].startswith(_INSIDE)}
    assert not incomplete
