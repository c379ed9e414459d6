"""Write the results as JSON; ``schema.json`` describes them, and changes only by additions."""

from collections.abc import Sequence
from typing import Any

from compat._version import __version__
from compat.commands import data_files
from compat.diagnosis.findings import Finding, Mend, Result
from compat.doctor.verdict import Verdict

SCHEMA = 1


def schema() -> str:
    """Return the JSON Schema of what ``document`` returns."""
    return data_files.text("compat.doctor", "schema.json")


def document(results: Sequence[Result], verdict: Verdict) -> dict[str, Any]:
    """Return all results and the verdict as plain data."""
    return {
        "schema": SCHEMA,
        "doctor": __version__,
        "verdict": {
            "status": verdict.status.word,
            "exit": verdict.exit,
            "text": verdict.text,
            "root": None if verdict.root is None else _problem(*verdict.root),
            "next": _mend(verdict.next),
            "also": [_problem(*pair) for pair in verdict.also],
            "meanwhile": verdict.meanwhile,
        },
        "checks": [
            {
                "check": result.check,
                "title": result.title,
                "status": result.status.word,
                "summary": result.summary,
                "seconds": round(result.seconds, 3),
                "findings": [_finding(finding) for finding in result.findings],
            }
            for result in results
        ],
    }


def _problem(check: str, finding: Finding) -> dict[str, Any]:
    return {
        "check": check,
        "text": finding.text,
        "subject": finding.subject,
        "cause": finding.cause,
    }


def _mend(mend: Mend) -> dict[str, Any]:
    return {"text": mend.text, "commands": list(mend.commands)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "status": finding.status.word,
        "text": finding.text,
        "why": finding.why,
        "subject": finding.subject,
        "cause": finding.cause,
        "mend": _mend(finding.mend),
        "evidence": list(finding.evidence),
        "data": dict(finding.data),
    }
