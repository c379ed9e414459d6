"""Read the traces of ``--record``: JSON lines, one for each kind of call at each place."""

import json
import os
import pathlib
from typing import Any

from compat.codemod.source import grouped

FORMAT = 1


def read(path: str) -> list[dict[str, Any]]:
    """Return the lines of a trace.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not a trace, or has another version; the text names the line.
    """
    found = []
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            try:
                line = json.loads(text)
            except ValueError as why:
                raise ValueError(f"{path}:{number} is no line of a trace: {why}") from why
            if not isinstance(line, dict) or line.get("trace") != FORMAT:
                raise ValueError(
                    f"{path}:{number} is no line of a trace of version {FORMAT}; record it anew"
                )
            found.append(line)
    return found


def by_file(lines: list[dict[str, Any]], start: str) -> dict[str, list[dict[str, Any]]]:
    """Return the lines by the real path of their file.

    Paths in a trace are relative to the project. That is ``start`` or the folder above it below
    which most of the files are; the nearest, if several have as many.
    """
    here = pathlib.Path(os.path.realpath(start))
    paths = {str(line["path"]) for line in lines}
    root = max(
        (here, *here.parents),
        key=lambda root: sum(os.path.isfile(os.path.join(root, path)) for path in paths),
    )
    return grouped((os.path.realpath(os.path.join(root, line["path"])), line) for line in lines)
