"""Say where a file is in a project, as reports and traces write it."""

from __future__ import annotations

import os


def relative(path: str, root: str) -> str:
    """Return a path relative to the project, with forward slashes; absolute if outside."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    return (
        os.path.relpath(real, top).replace(os.sep, "/")
        if real.startswith(f"{top}{os.sep}")
        else real
    )
