"""Write the trace of ``--record``: a line for each kind of call at each place, over all runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from compat.codemod.files.traces import FORMAT, read
from compat.commands import writing
from compat.observation import paths
from compat.observation.recording import Call

__all__ = ["FORMAT", "append", "read"]


def append(path: str, calls: Iterable[Call], root: str) -> int:
    """Add the calls of a project to a trace; return its number of lines.

    Equal calls of several runs are added up. The file is replaced in one step.

    Raises:
        OSError: it cannot be read or written.
        ValueError: it is not a trace.
    """
    found = {_key(line): line for line in read(path)} if os.path.exists(path) else {}
    for call in calls:
        place = paths.relative(call.path, root)
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
