"""Write the report and the trace when a program has ended."""

from __future__ import annotations

from collections.abc import Iterator

from compat.commands import writing
from compat.observation import coverage, trace
from compat.observation.recording import Call


def recorded(path: str, calls: list[Call], root: str) -> str:
    """Add calls to a trace; return a line that says so, or why it failed."""
    try:
        lines = trace.append(path, calls, root)
    except OSError as why:
        return f"--record {path}: cannot write it: {why.strerror}; name one in an existing folder"
    except ValueError as why:
        return f"--record: {why}. Name another file."
    return f"{path} now holds {lines} kinds of calls"


def reported(path: str, calls: list[Call], root: str, release: str) -> Iterator[str]:
    """Write the report to a file, or yield its lines if none is named."""
    found = coverage.coverage(calls, root, release)
    if not path:
        yield from coverage.lines(found)
        return
    try:
        writing.write(path, [coverage.as_json(found)])
    except OSError as why:
        yield f"--report={path}: cannot write it: {why.strerror}; name one in an existing folder"
    else:
        yield f"{path}: the calls of torchaudio, and what the codemod does with each"
