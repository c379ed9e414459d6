"""Imports: whether torch, torchaudio, numpy, soundfile and av import, each in a separate process.

An import that raises is looked up in the table of known failures (``failures.toml``). For one that
crashes, aborts or hangs, the report names the line where it stopped.
"""

from __future__ import annotations

import concurrent.futures
import os
import re
from collections.abc import Iterator

from compat.diagnosis import dists, explain, mends
from compat.diagnosis.findings import Finding, Mend, error, ok
from compat.doctor.child import Answer
from compat.doctor.registry import Group, check
from compat.doctor.world import World
from compat.names import backends

# the quick ones come first, so that they need not wait for one that hangs
_REQUIRED = ("numpy", *backends.PACKAGES, "torch")
PACKAGES = (*_REQUIRED, "torchaudio")


@check(
    title="Imports",
    group=Group.LOADING,
    why="A package that does not import cannot be used, whatever its metadata says.",
)
def imports(world: World) -> Iterator[Finding]:
    wanted = [name for name in PACKAGES if world.importable(name)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(PACKAGES)) as pool:
        list(pool.map(world.imported, wanted))
    for name in dists.PACKAGES:
        if name in wanted or name in _REQUIRED:
            yield finding(world, name)


def finding(world: World, name: str) -> Finding:
    """Import a package and return the finding."""
    if not world.importable(name):
        return error(
            f"{name} is not installed",
            mend=mends.install(name),
            subject=name,
            cause="not-installed",
            data={"package": name},
        )
    answer = world.imported(name)
    data = {"package": name, "seconds": round(answer.seconds, 2)}
    if not answer.failed:
        return ok(f"{name} {answer.seconds:.1f} s", data={**data, **answer.value})
    if answer.died:
        return _death(world, name, answer, data)
    # the exception first: standard error may hold another package's warning
    known = explain.message(answer.raised, name) or explain.message("\n".join(answer.stderr), name)
    first = _first_line(answer.raised)
    data["raised"] = answer.raised
    if known is None:
        text = f"import {name} fails: {first}"
        return error(
            text,
            mend=mends.reinstall(name),
            subject=_to_blame(world, name),
            evidence=answer.trace,
            data=data,
        )
    return error(
        f"import {name} fails: {known.cause}",
        mend=known.mend,
        subject=_to_blame(world, name),
        cause=known.name,
        evidence=(*answer.raised.splitlines(), *answer.stderr[-2:]),
        data=data,
    )


def _death(world: World, name: str, answer: Answer, data: dict[str, object]) -> Finding:
    blamed = _to_blame(world, name)
    words, known = explain.death(answer.died, blamed)
    said = explain.message("\n".join(answer.stderr), name)
    known = said or known
    where = f"; it stopped at {_place(answer.stood_at[0])}" if answer.stood_at else ""
    limit = f" ({world.children.limit:g} s)" if answer.died == "time limit" else ""
    mend = known.mend
    if said is None and answer.died == "time limit" and answer.stood_at:
        mend = Mend(
            mend.text.replace("See where it stopped", f"Look at {_place(answer.stood_at[0])}"),
            mend.commands,
        )
    return error(
        f"import {name} {words}{limit}{where}",
        why=known.cause,
        mend=mend,
        subject=blamed,
        cause=known.name,
        evidence=(*answer.stood_at, *answer.stderr[-4:]),
        data={**data, "died": answer.died, "stood_at": list(answer.stood_at)},
    )


def _place(frame: str) -> str:
    """Return ``FILE:LINE`` for a line of a stack."""
    found = re.match(r'File "(.+)", line (\d+)', frame)
    return f"{found[1]}:{found[2]}" if found else frame


def _to_blame(world: World, name: str) -> str:
    """Return the package at fault: torch, if torchaudio fails only because torch does."""
    if name == "torchaudio" and world.importable("torch") and world.imported("torch").failed:
        return "torch"
    return name


def _first_line(raised: str) -> str:
    return (raised.splitlines() or [""])[0].replace(os.linesep, " ")
