"""Report a probe that gave no value, because its child process died or the probe raised."""

from __future__ import annotations

from compat.diagnosis import explain, mends
from compat.diagnosis.findings import Finding, error
from compat.doctor.child import Answer


def finding(name: str, answer: Answer, subject: str, *, cause: str) -> Finding:
    """Return the finding for an answer that failed.

    Args:
        name: what was tried; the text begins with it.
        answer: the outcome.
        subject: the package to blame and to reinstall.
        cause: the name of the cause if the probe raised.
    """
    if answer.died:
        how, known = explain.death(answer.died, subject)
        evidence = (*answer.stood_at, *answer.stderr[-4:])
        return error(
            f"{name}: it {how}",
            why=known.cause,
            mend=known.mend,
            subject=subject,
            cause=known.name,
            evidence=evidence,
        )
    text = f"{name}: {answer.raised.splitlines()[0]}"
    return error(
        text, mend=mends.reinstall(subject), subject=subject, cause=cause, evidence=answer.trace
    )
