"""Imports: whether torch, torchaudio, numpy, soundfile and av import, each in a separate process.

An import that raises is looked up in the table of known failures (``failures.toml``). For one that
crashes, aborts or hangs, the report names the line where it stopped.
"""

import concurrent.futures
import re
from collections.abc import Iterator

from compat.diagnosis import dists, mends
from compat.doctor import failing
from compat.doctor.check import Answer, Finding, Group, World, check, error, ok
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
    known = failing.known(answer, name)
    lines = (*answer.raised.splitlines(), *answer.stderr[-2:])
    return error(
        f"import {name} fails: {known.cause}",
        mend=known.mend,
        subject=_to_blame(world, name),
        cause=known.name,
        evidence=lines if known.name else answer.trace,
        data={**data, "raised": answer.raised},
    )


def _death(world: World, name: str, answer: Answer, data: dict[str, object]) -> Finding:
    found = failing.death(
        f"import {name}",
        answer,
        _to_blame(world, name),
        data={**data, "died": answer.died, "stood_at": list(answer.stood_at)},
    )
    said = failing.known(answer, name)
    text = found.text
    if answer.died == "time limit":
        text += f" ({world.children.limit:g} s)"
    if answer.stood_at:
        text += f"; it stopped at {_place(answer.stood_at[0])}"
    if not said.name:
        return found._replace(text=text)
    return found._replace(text=text, why=said.cause, mend=said.mend, cause=said.name)


def _place(frame: str) -> str:
    """Return ``FILE:LINE`` for a line of a stack."""
    found = re.match(r'File "(.+)", line (\d+)', frame)
    return f"{found[1]}:{found[2]}" if found else frame


def _to_blame(world: World, name: str) -> str:
    """Return the package at fault: torch, if torchaudio fails only because torch does."""
    if name == "torchaudio" and world.importable("torch") and world.imported("torch").failed:
        return "torch"
    return name
