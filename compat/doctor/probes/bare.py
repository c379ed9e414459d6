"""Imports packages as a program would, in a process of its own in which nothing of the doctor is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def probe(task: list[str]) -> dict[str, Any]:
    """``task`` names the packages; gives what the import that failed wrote to standard error, or an empty text."""
    lines = [f"import sys; sys.path[:] = {sys.path!r}", *(f"import {name}" for name in task)]
    done = subprocess.run([sys.executable, "-P", "-c", "; ".join(lines)], capture_output=True, check=False)
    return {"failed": done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""}
