"""Import packages as a program would, in a process without the rest of the doctor."""

import subprocess
import sys
from typing import Any


def probe(task: list[str]) -> dict[str, Any]:
    """Import the packages that ``task`` names; return the stderr of the first failure, or ""."""
    lines = [f"import sys; sys.path[:] = {sys.path!r}", *(f"import {name}" for name in task)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", "; ".join(lines)], capture_output=True, check=False
    )
    return {"failed": done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""}
