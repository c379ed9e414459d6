"""What a project needs beside torchaudio: the packages that it imports, and its requirements."""

from __future__ import annotations

import contextlib
import os
import pathlib
import sys
import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from compat.projects import reach

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def imported(folder: str) -> dict[str, tuple[str, bool]]:
    """Return the third-party packages that a project imports, with the first place of each.

    Whether that place always runs comes with it, as in ``reach.Needed``.

    An import in a ``try``, or under ``if TYPE_CHECKING``, is left out: the program can run
    without it. A place that always runs comes before those that may not.
    """
    found: dict[str, tuple[str, bool]] = {}
    python = [one.path for one in reach.python_files(folder) if not one.is_ignored()]
    own = {
        part
        for path in python
        for part in pathlib.PurePath(os.path.relpath(path, folder)).with_suffix("").parts
    }
    for path in python:
        for name, line, always in reach.needed(path):
            is_news = name not in found or always > found[name][1]
            if is_news and name not in own and name not in sys.stdlib_module_names:
                found[name] = f"{os.path.relpath(path, folder)}:{line}", always
    return found


def required(folder: str) -> Iterator[tuple[str, Requirement]]:
    """Yield the requirements in ``requirements.txt`` and ``pyproject.toml``, with their places."""
    from packaging.requirements import InvalidRequirement, Requirement

    for where, text in _written(pathlib.Path(folder)):
        with contextlib.suppress(InvalidRequirement):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate():
                yield where, requirement


def _written(folder: pathlib.Path) -> Iterator[tuple[str, str]]:
    with contextlib.suppress(OSError, ValueError):
        for number, line in enumerate(
            (folder / "requirements.txt").read_text("utf-8").splitlines(), 1
        ):
            text = line.partition(" #")[0].partition(" --hash")[0].strip().rstrip("\\").strip()
            if text and not text.startswith(("#", "-")):
                yield f"requirements.txt:{number}", text
    with contextlib.suppress(OSError, ValueError, AttributeError):
        table = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
        yield from (
            ("pyproject.toml", text)
            for text in table.get("project", {}).get("dependencies", [])
            if isinstance(text, str)
        )
