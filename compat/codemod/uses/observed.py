"""Say what a trace recorded at a call: which backend served it, with which kinds of arguments.

A trace counts for a file only if each of its lines still fits the text there.
"""

import ast
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from compat.codemod.source import Module, Notes, NotProvableError, Use, noted, old_names
from compat.names import backends

Line = Mapping[str, Any]
# maps an offset of a module's present text to the module as it was read, and its offset there
AsRead = Callable[[Module, int], tuple[Module, int]]

# the releases that have one
_GLOBAL_BACKEND = re.compile(r"(?:[01]|2\.0)(?:\.|\Z)")
_ANEW = "Delete the trace and record it anew."
_End = tuple[int | None, int | None]


class Observed(Notes):
    """The lines of one or several traces.

    Args:
        lines: by the real path of their file.
        applied: whether changes may rely on them (``--observed``); else they are only reported.
    """

    def __init__(self, lines: Mapping[str, list[Line]], *, applied: bool) -> None:
        self.applied: bool = applied
        self._lines = lines

    @property
    def has_calls(self) -> bool:
        """Return whether a call that a backend serves was recorded at all."""
        return any(
            line["name"] in old_names.FUNCTIONS for lines in self._lines.values() for line in lines
        )

    def at(self, module: Module, call: ast.Call, name: str, as_read: AsRead) -> list[Line]:
        """Return what was recorded at a call of a function of torchaudio; nothing if it never ran.

        Raises:
            NotProvableError: the trace does not fit the file, or is of a release without a global
                backend.
        """
        if call in module.unplaced:
            return []
        old, last = as_read(module, module.span(call)[1] - 1)
        whole = self._fitting(old)
        if isinstance(whole, NotProvableError):
            raise whole
        node = _calls_by_end(old).get(last + 1)
        lines = [] if node is None else whole.get((node.end_lineno, node.end_col_offset), [])
        if any(line["name"] != name for line in lines):
            raise _stale(old, lines[0])
        modern = [line for line in lines if not _GLOBAL_BACKEND.match(line["release"])]
        if modern:
            release = modern[0]["release"]
            what = "where the setter does not choose the backend"
            reason = f"the trace was recorded under {release}, {what}"
            raise NotProvableError(
                reason, [module.place(call)], "Record it anew with --version 2.0."
            )
        return lines

    @noted
    def _fitting(self, module: Module) -> dict[_End, list[Line]] | NotProvableError:
        lines = self._lines.get(os.path.realpath(module.path), ())
        if not lines:
            return {}
        starts: dict[_End, list[int]] = defaultdict(list)
        # a plain tree has the positions that the compiler gave to the code
        for node in ast.walk(ast.parse(module.text.text)):
            if isinstance(node, ast.expr | ast.stmt | ast.pattern):
                starts[node.end_lineno, node.end_col_offset].append(node.lineno)
        found: dict[_End, list[Line]] = defaultdict(list)
        for line in lines:
            if not line["end_column"]:  # Python kept no columns
                continue
            end = line["end_line"], line["end_column"]
            if not any(first <= line["line"] for first in starts.get(end, ())):
                return _stale(module, line)
            found[end].append(line)
        return found


@noted
def _calls_by_end(module: Module) -> dict[int, ast.Call]:
    """Return the calls of a module by the offset at which each ends."""
    return {
        module.span(one)[1]: one for one in reversed(module.calls) if one not in module.unplaced
    }


def _stale(module: Module, line: Line) -> NotProvableError:
    place = f"{module.path}:{line['line']}"
    return NotProvableError(
        "the trace is older than the file: "
        f"torchaudio.{line['name']} is no longer called at {place}",
        (),
        _ANEW,
    )


def backend(lines: list[Line], module: Module, use: Use) -> tuple[str, int]:
    """Return the backend that served each recorded call, and the number of calls.

    Raises:
        NotProvableError: there was no call, several backends served, or calls failed.
    """
    place = [module.place(use.node)]
    served: Counter[str] = Counter()
    for line in lines:
        served[line["backend"] if line["outcome"] == "ok" else ""] += line["calls"]
    if not served:
        raise NotProvableError("the trace has no call of it", place)
    failed = served.pop("", 0)
    if len(served) > 1:
        counts = ", ".join(f"{name} ({number})" for name, number in sorted(served.items()))
        raise NotProvableError(f"in the trace several backends served the call: {counts}", place)
    if failed:
        reason = (
            f"in the trace {failed} of its {failed + served.total()} "
            "calls failed or were served by no backend"
        )
        raise NotProvableError(reason, place)
    [(name, number)] = served.items()
    if name not in backends.PER_CALL:
        raise NotProvableError(f"the trace names a backend that calls cannot name: {name}", place)
    return name, number


def kinds(lines: list[Line], name: str) -> set[str]:
    """Return an argument's kinds in the recorded calls; ``NoneType`` where it was not given."""
    return {line["arguments"].get(name, {}).get("kind", "NoneType") for line in lines}


def has_integers(lines: list[Line]) -> bool:
    """Return whether a recorded call of ``save`` was given a tensor of integers."""
    return any(
        str(line["arguments"].get("src", {}).get("value")).startswith(("int", "uint"))
        for line in lines
    )


def never_failed(lines: list[Line]) -> bool:
    """Return whether there were calls, and none failed."""
    return bool(lines) and all(line["outcome"] == "ok" for line in lines)


def value(lines: list[Line]) -> str | None:
    """Return the name that each recorded ``get_audio_backend`` gave; ``None`` if several did."""
    names = {line.get("value") if line["outcome"] == "ok" else None for line in lines}
    [name] = names if len(names) == 1 else [None]
    return name if isinstance(name, str) and name else None


def gave_others(lines: list[Line]) -> bool:
    """Return whether each recorded call of ``info`` returned something else than AudioMetaData."""
    classes = {line.get("value") for line in lines}
    return bool(classes) and classes.isdisjoint(("", None, "AudioMetaData"))
