"""Write the trace of ``--record``: a line for each kind of call at each place, over all runs."""

import json
import os
from collections.abc import Iterable
from typing import Any

from compat.codemod.files.traces import FORMAT, read
from compat.commands import writing
from compat.observation.recording import Call

__all__ = ["FORMAT", "append", "read", "record", "relative"]


def record(path: str, calls: list[Call], root: str) -> str:
    """Add calls to a trace; return a line that says so, or why it failed."""
    try:
        lines = append(path, calls, root)
    except OSError as why:
        return f"--record {path}: cannot write it: {why.strerror}; name one in an existing folder"
    except ValueError as why:
        return f"--record: {why}. Name another file."
    return f"kinds of calls in {path}: {lines}"


def append(path: str, calls: Iterable[Call], root: str) -> int:
    """Add the calls of a project to a trace; return its number of lines.

    Equal calls of several runs are added up. The file is replaced in one step.

    Raises:
        OSError: it cannot be read or written.
        ValueError: it is not a trace.
    """
    found = {_key(line): line for line in read(path)} if os.path.exists(path) else {}
    for call in calls:
        place = relative(call.path, root)
        if call.path.startswith("<") or os.path.isabs(place):
            continue
        line = {"trace": FORMAT, **call._asdict(), "path": place}
        key = _key(line)
        if key in found:
            line["calls"] += found[key]["calls"]
        found[key] = line
    writing.write(path, (f"{json.dumps(line, ensure_ascii=False)}\n" for line in found.values()))
    return len(found)


def _key(line: dict[str, Any]) -> str:
    return json.dumps(
        {name: value for name, value in line.items() if name != "calls"}, sort_keys=True
    )


def relative(path: str, root: str) -> str:
    """Return a path relative to the project, with forward slashes; absolute if outside."""
    real, top = os.path.realpath(path), os.path.realpath(root)
    return (
        os.path.relpath(real, top).replace(os.sep, "/")
        if real.startswith(f"{top}{os.sep}")
        else real
    )
