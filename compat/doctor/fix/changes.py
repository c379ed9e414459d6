"""Compare two examinations, check by check."""

from collections.abc import Iterator
from typing import Any

from compat.diagnosis.findings import Status

_PROBLEMS = tuple(status.word for status in Status if status.is_problem)


def between(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the changes between two results of ``structured.document``, check by check.

    Each is ``fixed``, ``still``, ``new``, or ``unknown`` if the check was skipped this time, and a
    line with the check's title, the statuses before and after, and the newer finding's text.
    """
    old, new = (
        {(check["check"], check["title"]): check for check in document["checks"]}
        for document in (before, after)
    )
    absent = {"status": "skipped", "findings": []}
    for place in dict.fromkeys((*old, *new)):
        for kind, was, now, text in _of_check(old.get(place, absent), new.get(place, absent)):
            yield kind, f"{place[1]}: was {was}, is {now}: {text}"


def _of_check(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the kind of each change of a check, the status before and after, and the text."""
    old, new = _problems(before), _problems(after)
    for key, finding in old.items():
        was = finding["status"]
        if key in new:
            yield "still", was, new[key]["status"], new[key]["text"]
        elif after["status"] == "skipped":
            yield "unknown", was, "skipped", finding["text"]
        else:
            now = "gone" if new else after["status"]
            yield "fixed", was, now, finding["text"]
    for key, finding in new.items():
        if key not in old:
            was = "not there" if old else before["status"]
            yield "new", was, finding["status"], finding["text"]


def _problems(check: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the problems by subject and cause; by text where the cause has no name."""
    return {
        (finding["subject"], finding["cause"] or finding["text"]): finding
        for finding in check["findings"]
        if finding["status"] in _PROBLEMS
    }
