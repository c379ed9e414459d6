"""Import packages as a program would, in a process without the rest of the doctor."""

import subprocess
import sys
from typing import Any


def probe(task: list[str]) -> dict[str, Any]:
    """Run the imports in ``task``; return the stderr of the first failure, or ""."""
    lines = [f"import sys; sys.path[:] = {sys.path!r}", *task]
    done = subprocess.run(
        [sys.executable, "-P", "-c", "; ".join(lines)], capture_output=True, check=False
    )
    return {"failed": done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""}
