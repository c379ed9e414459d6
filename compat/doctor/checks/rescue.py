"""Rescue: which parts of a torchaudio without its compiled part work under ``compat.install()``.

Runs only if ``import torchaudio`` fails. A child process imports torchaudio's Python part without
the compiled one, runs something from each part, and reports what serves it.
"""

from collections.abc import Iterator
from typing import Any

from compat.doctor import failing
from compat.doctor.check import Finding, Group, World, check, ok, skipped, warning

_NEEDLESS = "torchaudio imports without help, or is not installed"


@check(
    title="Rescue",
    group=Group.LOADING,
    why="Nearly all of torchaudio is Python, so a program can run without the part that does not "
    "load.",
)
def rescue(world: World) -> Iterator[Finding]:
    if not world.importable("torchaudio") or not world.imported("torchaudio").failed:
        yield skipped(_NEEDLESS)
        return
    answers = world.ask_over_torch("rescue", ["rescue"])
    if answers is None:
        yield skipped("torchaudio needs torch, which does not import")
        return
    (answer,) = answers
    if answer.failed:
        yield failing.finding("compat.install()", answer, "torchaudio", cause="rescue-failed")
    elif not answer.value["rescued"]:
        yield warning(
            f"compat.install() uses a stand-in with I/O only instead: {answer.value['reason']}",
            subject="torchaudio",
            cause="python-part-damaged",
            data=answer.value,
        )
    else:
        yield ok(_served(answer.value), data=answer.value)


def _served(told: dict[str, Any]) -> str:
    """Return which parts work and what serves them."""
    parts = told["parts"]
    works = {
        by: [part for part, served in parts.items() if served == by]
        for by in dict.fromkeys(parts.values())
    }
    words = "; ".join(f"{', '.join(names)} by {by}" for by, names in works.items())
    return (
        f"compat.install() imports torchaudio {told['version']} without its compiled part: {words}"
    )
