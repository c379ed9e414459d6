"""Hide known findings: a file lists them by the text of their line, so that lines may move."""

import json
import os
from collections import Counter
from pathlib import Path

from compat.codemod.reporting.lines import Lines
from compat.codemod.source import Finding, Options, Result
from compat.commands import writing
from compat.commands.arguments import UsageError

_VERSION = 1


def apply(result: Result, options: Options, path: str) -> str:
    """Remove known findings from a result and return a message; first write a missing baseline.

    Raises:
        UsageError: it is not a baseline, or cannot be written.
    """
    lines, home = Lines(result, options), os.path.dirname(os.path.abspath(path))
    shown = [
        findings
        for file in result.files
        for findings in ((file.left,) if options.writes else (file.fixed, file.left))
    ]
    told = Counter(_key(finding, lines, home) for findings in shown for finding in findings)
    is_new = not os.path.exists(path)
    if is_new:
        _save(path, told)
    known = told.copy() if is_new else _load(path)
    gone = (known - told).total()
    for findings in shown:
        kept = [one for one in findings if not _take(known, _key(one, lines, home))]
        result.known += len(findings) - len(kept)
        findings[:] = kept
    if is_new:
        number = told.total()
        return f"{path}: written, with {number} findings; they will not be reported again"
    return (
        f"{path}: {gone} of its findings are gone; delete it and run again to write a new one"
        if gone
        else ""
    )


def _key(finding: Finding, lines: Lines, home: str) -> tuple[str, str, str]:
    path = os.path.relpath(finding.place.path, home).replace(os.sep, "/")
    return path, finding.rule, lines.of(finding.place).strip()


def _take(known: Counter[tuple[str, str, str]], key: tuple[str, str, str]) -> bool:
    known[key] -= 1
    return known[key] >= 0


def _save(path: str, told: Counter[tuple[str, str, str]]) -> None:
    rows = [
        {"path": key[0], "rule": key[1], "line": key[2], "count": count}
        for key, count in sorted(told.items())
    ]
    text = json.dumps({"version": _VERSION, "findings": rows}, indent=1, ensure_ascii=False)
    writing.write_for("--baseline", path, [f"{text}\n"])


def _load(path: str) -> Counter[tuple[str, str, str]]:
    try:
        rows = json.loads(Path(path).read_text("utf-8"))["findings"]
        return Counter({(row["path"], row["rule"], row["line"]): row["count"] for row in rows})
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise UsageError(
            f"--baseline {path}: it is not a baseline: {why!r}; delete it to write a new one"
        ) from why
