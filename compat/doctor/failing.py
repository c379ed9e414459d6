"""Report a probe that gave no value, because its child process died or the probe raised."""

from collections.abc import Callable
from typing import Any

from compat.diagnosis import explain, mends
from compat.diagnosis.explain import Explanation
from compat.diagnosis.findings import Finding, error
from compat.doctor.child import Answer


def death(
    words: str, answer: Answer, package: str, severe: Callable[..., Finding] = error, **rest: Any
) -> Finding:
    """Return the finding for a child that died.

    Args:
        words: what was tried; the text goes on with how it ended.
        answer: the outcome.
        package: the package to blame and to reinstall.
        severe: makes the finding.
        rest: fields of the finding that are other than those by the cause of death.
    """
    how, known = explain.death(answer.died, package)
    fields = {
        "why": known.cause,
        "mend": known.mend,
        "subject": package,
        "cause": known.name,
        "evidence": (*answer.stood_at, *answer.stderr[-4:]),
    }
    return severe(f"{words} {how}", **{**fields, **rest})


def finding(name: str, answer: Answer, package: str, *, cause: str = "", dead: str = "") -> Finding:
    """Return the finding for an answer that failed.

    Args:
        name: what was tried; the text begins with it.
        answer: the outcome.
        package: the package to blame and to reinstall.
        cause: the name of the cause if the probe raised.
        dead: what to begin the text with if the child died.
    """
    if answer.died:
        return death(dead or f"{name}: it", answer, package)
    return error(
        f"{name}: {answer.error}",
        mend=mends.reinstall(package),
        subject=package,
        cause=cause,
        evidence=answer.trace,
    )


def known(answer: Answer, package: str) -> Explanation:
    """Return what the exception of a failed import means, or else what standard error says.

    The explanation of an unknown one has no name; its cause is the first line of the exception.
    """
    # the exception first: standard error may hold another package's warning
    for text in (answer.raised, "\n".join(answer.stderr)):
        if found := explain.message(text, package):
            return found
    return Explanation("", answer.error, mends.reinstall(package))
