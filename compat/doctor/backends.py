"""What is the same for the checks of all backends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compat.doctor import explain, mends
from compat.doctor.findings import Finding, error, ok
from compat.doctor.world import World


def ask(world: World, name: str) -> Any:
    """What a probe of the backend found out, as ``Answer``; measured once."""
    return world.once(("backend", name), lambda: world.children.ask("backend", name))


def works(world: World, name: str) -> bool:
    """Whether the backend opens."""
    answer = ask(world, name)
    return not answer.failed and "unavailable" not in answer.value


def finding(
    world: World, name: str, library: str, package: str, words: Callable[[dict[str, Any]], str], lists: tuple[str, ...] = ()
) -> Finding:
    """The finding on a backend.

    Args:
        world: where to look.
        name: the backend.
        library: what it stands on, for the verdict.
        package: what is installed to get it.
        words: makes a line of what a working backend tells.
        lists: which parts of what it tells are worth listing whole.
    """
    answer = ask(world, name)
    if answer.died:
        how, known = explain.death(answer.died, package)
        evidence = (*answer.stood_at, *answer.stderr[-4:])
        return error(f"opening {library} {how}", why=known.cause, mend=known.mend, subject=library, cause=known.name, evidence=evidence)
    if answer.raised:
        return error(
            f"the probe fails: {answer.raised.splitlines()[0]}", mend=mends.reinstall(package), subject=library, evidence=answer.trace
        )
    told = answer.value
    if "unavailable" not in told:
        return ok(words(told), data=told, evidence=tuple(f"{key}: {', '.join(told[key])}" for key in lists))
    cause, mend = explain.unavailable(told["unavailable"], told["tried"], package, missing=bool(told["mend"]))
    return error(
        told["unavailable"],
        mend=mend,
        subject=library,
        cause=cause,
        evidence=tuple(f"tried {attempt}" for attempt in told["tried"]),
        data=told,
    )
