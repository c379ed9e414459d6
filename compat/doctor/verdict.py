"""Derive one verdict from all results: the root cause, the next step, and other problems.

Checks are in the order of cause and effect. So of several problems with one package, the first
counts as the cause of the others; a problem with a package it depends on does so too.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compat.diagnosis.findings import NOTHING_TO_DO, Finding, Mend, Result, Status, sentence

FILE = "file"  # the check name of results on a user's files

# subject -> what it depends on: if one of these is broken, its own problem is a consequence
_STANDS_ON = {
    "torch": ("python",),
    "numpy": ("python",),
    "compat": ("dispatcher", "python"),
    "torchaudio": ("torch", "python"),
    "soundfile": ("numpy", "dispatcher", "python"),
    "libsox": ("numpy", "dispatcher", "python"),
    "av": ("numpy", "dispatcher", "python"),
}
_OVER_TORCH = ("round-trip", "resampling")  # checks whose samples are torch's
_EXIT = {Status.WARNING: 1, Status.ERROR: 2, Status.CRASHED: 3}


class Verdict(NamedTuple):
    """The conclusion from all results.

    Args:
        status: the worst of all results.
        text: the root cause in a sentence, or that all is well.
        root: the finding that is the root cause, and the name of its check.
        next: what to do next.
        also: further problems that do not follow from the root cause, with the names of their
            checks.
        meanwhile: what works in spite of them.
    """

    status: Status
    text: str
    root: tuple[str, Finding] | None = None
    next: Mend = NOTHING_TO_DO
    also: tuple[tuple[str, Finding], ...] = ()
    meanwhile: str = ""

    @property
    def exit(self) -> int:
        """Return the exit status: 0 healthy, 1 warnings, 2 errors, 3 the doctor itself failed."""
        return _EXIT.get(self.status, 0)


def of(results: Sequence[Result]) -> Verdict:
    """Return the verdict on results, which are in the order of their checks."""
    roots = list(_roots(results))
    if not roots:
        looked = any(result.status is not Status.SKIPPED for result in results)
        return Verdict(Status.OK, "Healthy." if looked else "Nothing was checked.")
    # an error is an answer; a check that crashed gave none
    status = max(
        (finding.status for _, finding in roots),
        key=lambda status: (status is Status.ERROR, status.severity),
    )
    root = next(pair for pair in roots if pair[1].status is status)
    also = tuple(pair for pair in roots if pair is not root)
    text = told(*root)
    # a file keeps its name
    text = f"{text.rstrip('.')}." if root[0] == FILE else sentence(text)
    return Verdict(status, text, root, root[1].mend, also, _meanwhile(results, root[1]))


class Course:
    """Tells which findings follow from an earlier error; takes them in the order of the checks."""

    def __init__(self) -> None:
        self._broken: dict[str, str] = {}

    def under(self, result: Result, finding: Finding) -> str:
        """Return the title of the check with this finding's root cause; empty if it is a root."""
        if not finding.status.is_problem or not finding.subject:
            return ""
        subjects = {finding.subject, *_STANDS_ON.get(finding.subject, ())} - {"variables"}
        subjects |= {"torch"} if result.check in _OVER_TORCH else set()
        found = next((title for one, title in self._broken.items() if one in subjects), "")
        if not found and finding.status is Status.ERROR:
            self._broken[finding.subject] = result.title or result.check
        return found


def told(check: str, finding: Finding) -> str:
    """Return a finding's text as it reads outside its check; a file's begins with the name."""
    return f"{finding.subject}: {finding.text}" if check == FILE else finding.text


def _roots(results: Sequence[Result]) -> Iterator[tuple[str, Finding]]:
    """Yield the problems that do not follow from an earlier one, errors first.

    A warning that comes before an error may be its cause and is kept; one that comes after an error
    on the same subject is dropped.
    """
    course = Course()
    found = [
        (result.check, finding)
        for result in results
        for finding in result.findings
        if finding.status.is_problem and not course.under(result, finding)
    ]
    found.sort(key=lambda pair: pair[1].status is Status.WARNING)
    mends: set[Mend] = set()
    for check, finding in found:
        if not finding.mend.commands or finding.mend not in mends:
            mends.add(finding.mend)
            yield check, finding


def _meanwhile(results: Sequence[Result], root: Finding) -> str:
    """Return that this package works, if only torchaudio does not."""
    by_name = {result.check: result for result in results}
    trip, rescue = by_name.get("round-trip"), by_name.get("rescue")
    if root.subject != "torchaudio" or trip is None or trip.status is not Status.OK:
        return ""
    how = ", for load, save and info: it needs no torchaudio for them."
    if rescue is not None and rescue.status is Status.OK:
        how = ": it imports torchaudio without its compiled part, see Rescue."
    return f"compat.install() works here without any fix{how}"
