"""Write JSON, SARIF and GitHub annotations."""

import dataclasses
import json
import os
from collections.abc import Iterator
from typing import Any, TextIO
from urllib.parse import quote

from compat._version import __version__
from compat.codemod.reporting.causes import by_rule, counts
from compat.codemod.reporting.words import printable, told
from compat.codemod.source import Finding, Options, Place, Result, State


def _place(place: Place) -> dict[str, Any]:
    found = {**dataclasses.asdict(place), "path": printable(place.path)}
    return {name: one for name, one in found.items() if one is not None}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        **_place(finding.place),
        "reason": finding.reason,
        "advice": finding.advice,
        "state": finding.state.name.lower(),
        "related": [_place(place) for place in finding.related],
    }


def write_json(result: Result, options: Options, out: TextIO) -> None:
    """Write one JSON object: files with their findings, problems, counts."""
    whole = {
        "version": __version__,
        "target": options.target,
        "written": options.writes,
        "scanned": result.scanned,
        "files": [
            {
                "path": printable(file.path),
                "changed": file.changed,
                "fixed": [_finding(finding) for finding in file.fixed],
                "left": [_finding(finding) for finding in file.left],
            }
            for file in result.files
        ],
        "problems": [
            {"path": printable(one.path), "line": one.line, "reason": one.reason}
            for one in result.problems
        ],
        "statistics": {
            "fixed": {rule.id: fixed for rule, fixed, _ in by_rule(result) if fixed},
            "left": {rule.id: left for rule, _, left in by_rule(result) if left},
        },
    }
    json.dump(whole, out, indent=2, ensure_ascii=False)
    out.write("\n")


def _shown(result: Result, options: Options) -> Iterator[Finding]:
    """Yield what is left and, if nothing is written, what would change, in the present files."""
    for file in result.files:
        yield from file.left if options.writes else (*file.fixed, *file.left)


def _level(finding: Finding, slight: str) -> str:
    return slight if finding.state is State.FIXED or not counts(finding) else "warning"


def write_sarif(result: Result, options: Options, out: TextIO) -> None:
    """Write SARIF 2.1.0, as code scanning services read it."""
    from compat.codemod.rules import rules

    known = list(rules().values())
    index = {rule.id: number for number, rule in enumerate(known)}
    driver = {
        "name": "torchaudio-compat",
        "version": __version__,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.explanation.strip()},
                "properties": {"level": rule.level.value, "targets": sorted(rule.targets)},
            }
            for rule in known
        ],
    }
    results = []
    for finding in _shown(result, options):
        related = enumerate(finding.related, 1)
        results.append(
            {
                "ruleId": finding.rule,
                "ruleIndex": index[finding.rule],
                "level": _level(finding, "note"),
                "message": {"text": told(finding)},
                "locations": [_location(finding.place)],
                "relatedLocations": [{"id": number, **_location(one)} for number, one in related],
            }
        )
    notes = [
        {
            "level": "error",
            "message": {"text": one.reason},
            "locations": [_location(Place(one.path, one.line or 1, 1, one.line or 1, 1))],
        }
        for one in result.problems
    ]
    invocation = {"executionSuccessful": not result.problems, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": results,
    }
    whole = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    json.dump(whole, out, indent=2, ensure_ascii=False)
    out.write("\n")


def _location(place: Place) -> dict[str, Any]:
    uri = quote(place.path.replace(os.sep, "/").encode("utf-8", "surrogateescape"))
    if os.path.isabs(place.path):
        uri = f"file://{uri}"
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    # lines count within the cell, and a SARIF region cannot express that
    if place.cell is not None:
        return {
            "physicalLocation": {"artifactLocation": {"uri": uri}},
            "logicalLocations": [{"name": f"cell {place.cell}, line {place.line}"}],
        }
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def write_github(result: Result, options: Options, out: TextIO) -> None:
    """Write workflow commands, which GitHub shows at the lines of a pull request."""
    for finding in _shown(result, options):
        place, level = finding.place, _level(finding, "notice")
        cell = "" if place.cell is None else f"Cell {place.cell}, line {place.line}: "
        where = f"file={_property(printable(place.path))}"
        if place.cell is None:
            where += f",line={place.line},endLine={place.end_line},col={place.column}"
        text = _data(f"{cell}{told(finding)}")
        out.write(f"::{level} {where},title={_property(finding.rule)}::{text}\n")
    for one in result.problems:
        line = "" if one.line is None else f",line={one.line}"
        out.write(f"::error file={_property(printable(one.path))}{line}::{_data(one.reason)}\n")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
