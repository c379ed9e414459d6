"""Start pyright, which fetches its own program from npm when it first runs."""

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT


def environment() -> dict[str, str]:
    """Return the variables for pyright: it finds our packages, and torch and the like beside the Python of the tests.

    It looks for these where the first Python on PATH has them.
    """
    path = os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def report(*arguments: str, folder: pathlib.Path) -> dict[str, Any]:
    """Return what pyright reports, run in a folder; skip the test if its program cannot be fetched."""
    command = [sys.executable, "-m", "pyright", *arguments, "--outputjson"]
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if not done.stdout.lstrip().startswith("{"):
        skip((done.stderr or done.stdout).strip()[-200:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def skip(why: str = "") -> None:
    """Skip the test, since pyright does not start."""
    pytest.skip(f"pyright's program cannot be fetched here{f': {why}' if why else ''}")
