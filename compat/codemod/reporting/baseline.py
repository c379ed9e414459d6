"""Hide known findings: a file lists them by the text of their line, so that lines may move."""

import json
import os
from collections import Counter
from pathlib import Path

from compat.codemod.reporting.lines import Lines
from compat.codemod.reporting.words import left_of
from compat.codemod.source import FileResult, Finding, Options, Result
from compat.commands import writing
from compat.commands.arguments import UsageError

_VERSION = 1


def apply(result: Result, options: Options, path: str) -> str:
    """Remove known findings from a result and return a message; first write a missing baseline.

    Raises:
        UsageError: it is not a baseline, or cannot be written.
    """
    lines, home = Lines(result, options), os.path.dirname(os.path.abspath(path))
    told = [_key(finding, lines, home) for file in result.files for finding in _told(file, options)]
    is_new = not os.path.exists(path)
    if is_new:
        _save(path, told)
    known = Counter(told) if is_new else _load(path)
    gone = sum((known - Counter(told)).values())
    for file in result.files:
        fixed = [] if options.writes else file.fixed
        kept = [
            finding
            for finding in _told(file, options)
            if not _take(known, _key(finding, lines, home))
        ]
        result.known += len(fixed) + len(left_of(file, options)) - len(kept)
        own = set(map(id, kept))
        file.fixed = file.fixed if options.writes else [one for one in fixed if id(one) in own]
        file.left = file.left_after = [one for one in left_of(file, options) if id(one) in own]
    if is_new:
        return f"{path}: written, with {len(told)} findings; they will not be reported again"
    return (
        f"{path}: {gone} of its findings are gone; delete it and run again to write a new one"
        if gone
        else ""
    )


def _told(file: FileResult, options: Options) -> list[Finding]:
    return [*([] if options.writes else file.fixed), *left_of(file, options)]


def _key(finding: Finding, lines: Lines, home: str) -> tuple[str, str, str]:
    path = os.path.relpath(finding.place.path, home).replace(os.sep, "/")
    return path, finding.rule, lines.of(finding.place).strip()


def _take(known: Counter[tuple[str, str, str]], key: tuple[str, str, str]) -> bool:
    known[key] -= 1
    return known[key] >= 0


def _save(path: str, told: list[tuple[str, str, str]]) -> None:
    rows = [
        {"path": key[0], "rule": key[1], "line": key[2], "count": count}
        for key, count in sorted(Counter(told).items())
    ]
    try:
        text = json.dumps({"version": _VERSION, "findings": rows}, indent=1, ensure_ascii=False)
        writing.write(path, [f"{text}\n"])
    except OSError as why:
        raise UsageError(f"--baseline {path}: it cannot be written: {why.strerror}") from why


def _load(path: str) -> Counter[tuple[str, str, str]]:
    try:
        rows = json.loads(Path(path).read_text("utf-8"))["findings"]
        return Counter({(row["path"], row["rule"], row["line"]): row["count"] for row in rows})
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise UsageError(
            f"--baseline {path}: it is not a baseline: {why!r}; delete it to write a new one"
        ) from why
