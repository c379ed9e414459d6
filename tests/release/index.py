"""Ask the package index by uv, and skip the test where nobody answers."""

import os
import re
import subprocess

import pytest

from tests.isolation import CACHE

_NO_ANSWER = re.compile(r"error sending request|failed to fetch|network connectivity|client error|dns error|timed out", re.IGNORECASE)


def environment() -> dict[str, str]:
    """The variables for uv: it keeps what it fetches, and asks the index that pip asks."""
    folders = {"UV_CACHE_DIR": str(CACHE / "uv"), "UV_PYTHON_INSTALL_DIR": str(CACHE / "uv-python")}
    made = {**os.environ, **folders, "UV_NO_PROGRESS": "1", "UV_LINK_MODE": "copy"}
    if asked := os.environ.get("PIP_INDEX_URL"):
        made.setdefault("UV_DEFAULT_INDEX", asked)
    return made


def answered(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    if done.returncode and _NO_ANSWER.search(done.stderr):
        pytest.skip(f"the package index cannot be asked here: {done.stderr.strip().splitlines()[0]}")
    return done
