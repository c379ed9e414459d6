"""Compare two examinations, check by check."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from compat.diagnosis.findings import Status

_PROBLEMS = tuple(status.word for status in Status if status.is_problem)
Key = tuple[str, str]


class Change(NamedTuple):
    """A problem that is gone, still there, or new.

    Args:
        kind: ``fixed``, ``still``, ``new``, or ``unknown`` if the check was skipped this time.
        title: the check's title.
        was: the status before.
        now: the status after.
        text: the finding's text: the newer one if there are two.
    """

    kind: str
    title: str
    was: str
    now: str
    text: str


def between(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Yield the changes between two results of ``structured.document``, check by check."""
    old, new = (
        {(check["check"], check["title"]): check for check in document["checks"]}
        for document in (before, after)
    )
    absent = {"status": "skipped", "findings": []}
    for place in dict.fromkeys((*old, *new)):
        yield from _of_check(place[1], old.get(place, absent), new.get(place, absent))


def _of_check(title: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    old, new = _problems(before), _problems(after)
    for key, finding in old.items():
        was = finding["status"]
        if key in new:
            yield Change("still", title, was, new[key]["status"], new[key]["text"])
        elif after["status"] == "skipped":
            yield Change("unknown", title, was, "skipped", finding["text"])
        else:
            now = "gone" if new else after["status"]
            yield Change("fixed", title, was, now, finding["text"])
    for key, finding in new.items():
        if key not in old:
            was = "not there" if old else before["status"]
            yield Change("new", title, was, finding["status"], finding["text"])


def _problems(check: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    """Return the problems by subject and cause; by text where the cause has no name."""
    return {
        (finding["subject"], finding["cause"] or finding["text"]): finding
        for finding in check["findings"]
        if finding["status"] in _PROBLEMS
    }
