"""Resampling: one second from 16 to 8 kHz, through this package and, if it works, torchaudio.

The result is compared with the same tone generated at 8 kHz.
"""

from collections.abc import Iterator

from compat.diagnosis import mends
from compat.doctor import failing
from compat.doctor.check import Answer, Finding, Group, World, check, error, ok, skipped

_THROUGH = ("torchaudio", "compat")
_NEAR = 0.02  # the default filter of every release stays within this, away from the ends


@check(
    title="Resampling",
    group=Group.SAMPLES,
    last=True,
    why="Most programs resample after loading; this runs torchaudio's Python code with torch's "
    "kernels.",
)
def resampling(world: World) -> Iterator[Finding]:
    answers = world.ask_over_torch("resampling", _THROUGH)
    if answers is None:
        yield skipped("samples are torch tensors, and torch does not import")
        return
    torchaudio, compat = answers
    if world.importable("torchaudio") and not (
        torchaudio.failed and world.imported("torchaudio").failed
    ):
        yield _finding("torchaudio", torchaudio)
    yield _finding("compat", compat)


def _finding(name: str, answer: Answer) -> Finding:
    subject = "torch" if name == "compat" else name
    if answer.failed:
        blamed = name if answer.raised else subject
        return failing.finding(name, answer, blamed, cause="resampling-failed")
    told = answer.value
    if not told["finite"] or told["apart"] is None or told["apart"] > _NEAR:
        return error(
            f"{name}: the result is not the tone at 8 kHz: {told['frames']} samples instead of "
            f"{told['expected']}, or off by up to {told['apart']}",
            mend=mends.reinstall(subject),
            subject=subject,
            cause="wrong-samples",
            data=told,
        )
    return ok(f"{name} within {told['apart']:.1g}", data={"through": name, **told})
