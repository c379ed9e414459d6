"""Modules of others that are called as a package of this project is: Python imports one of the two, and never both."""

from __future__ import annotations

import importlib.machinery
import pathlib
from collections.abc import Iterator, Sequence

_HOME = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = ("compat", "legacy", "dispatcher")


def found(folders: Sequence[str] | None = None) -> Iterator[tuple[pathlib.Path, str]]:
    """For each package whose name leads elsewhere in these folders, or else on ``sys.path``: ours, and the file that is found."""
    for name in PACKAGES:
        spec = importlib.machinery.PathFinder.find_spec(name, folders)
        if spec is not None and spec.origin and not pathlib.Path(spec.origin).resolve().is_relative_to(_HOME / name):
            yield _HOME / name, spec.origin
