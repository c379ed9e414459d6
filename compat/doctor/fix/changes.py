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
    old, new = _checks(before), _checks(after)
    for place in dict.fromkeys((*old, *new)):
        yield from _of_check(place[1], old.get(place), new.get(place))


def _checks(document: dict[str, Any]) -> dict[Key, dict[str, Any]]:
    return {(check["check"], check["title"]): check for check in document["checks"]}


def _of_check(
    title: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> Iterator[Change]:
    was, now = _status(before), _status(after)
    old, new = _problems(before), _problems(after)
    for key, finding in old.items():
        if key in new:
            found = new[key]
            yield Change("still", title, finding["status"], found["status"], found["text"])
        elif now == "skipped":
            yield Change("unknown", title, finding["status"], now, finding["text"])
        else:
            ended = "gone" if new else now
            yield Change("fixed", title, finding["status"], ended, finding["text"])
    for key, finding in new.items():
        if key not in old:
            began = "not there" if old else was
            yield Change("new", title, began, finding["status"], finding["text"])


def _status(check: dict[str, Any] | None) -> str:
    return "skipped" if check is None else str(check["status"])


def _problems(check: dict[str, Any] | None) -> dict[Key, dict[str, Any]]:
    """Return the problems by subject and cause; by text where the cause has no name."""
    found = check["findings"] if check is not None else []
    return {
        (finding["subject"], finding["cause"] or finding["text"]): finding
        for finding in found
        if finding["status"] in _PROBLEMS
    }
