"""Compare two examinations, problem by problem."""

from collections.abc import Iterator
from typing import Any

from compat.diagnosis.findings import Status

_PROBLEMS = tuple(status.word for status in Status if status.is_problem)


def between(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what became of each problem in two results of ``structured.document``.

    That is ``fixed``, ``still``, ``new``, or ``unknown`` if its check did not run this time; with
    the check's title and the newer text.
    """
    old, new = _problems(before), _problems(after)
    looked = {check["title"] for check in after["checks"] if check["status"] != "skipped"}
    for key in dict.fromkeys((*old, *new)):
        gone = "fixed" if key[0] in looked else "unknown"
        kind = gone if key not in new else "still" if key in old else "new"
        yield kind, f"{key[0]}: {new.get(key) or old[key]}"


def _problems(document: dict[str, Any]) -> dict[tuple[str, str, str], str]:
    """Return the texts of problems by check, subject and cause; a cause may have no name."""
    return {
        (check["title"], finding["subject"], finding["cause"] or finding["text"]): finding["text"]
        for check in document["checks"]
        for finding in check["findings"]
        if finding["status"] in _PROBLEMS
    }
