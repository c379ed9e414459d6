"""Shared code for the checks of the backends."""

from collections.abc import Callable
from typing import Any

from compat.diagnosis import explain
from compat.diagnosis.findings import Finding, Mend, error, ok
from compat.doctor import failing
from compat.doctor.world import World
from compat.names.backends import is_installed_apart, part


def ask(world: World, name: str) -> Any:
    """Return the ``Answer`` of the probe that opens the backend; the probe runs once."""
    return world.once(("backend", name), lambda: world.children.ask("backend", name))


def works(world: World, name: str) -> bool:
    """Return whether the backend opens."""
    answer = ask(world, name)
    return not answer.failed and "unavailable" not in answer.value


def finding(
    world: World,
    name: str,
    words: Callable[[dict[str, Any]], str],
    lists: tuple[str, ...] = (),
) -> Finding:
    """Return the finding on a backend.

    Args:
        world: where to look.
        name: the backend.
        words: makes one line from what the probe of a working backend returned.
        lists: keys of that answer whose lists become evidence, in full.
    """
    answer, needed = ask(world, name), part(name)
    if answer.failed:
        return failing.finding("the probe fails", answer, needed, dead=f"opening {needed}")
    told = answer.value
    if "unavailable" not in told:
        return ok(
            words(told),
            data=told,
            evidence=tuple(f"{key}: {', '.join(told[key])}" for key in lists),
        )
    cause, mend = (
        explain.unavailable(told["unavailable"], told["tried"], needed, missing=bool(told["mend"]))
        if is_installed_apart(name)
        else ("backend-unavailable", Mend(told["mend"]))
    )
    return error(
        told["unavailable"],
        mend=mend,
        subject=needed,
        cause=cause,
        evidence=tuple(f"tried {attempt}" for attempt in told["tried"]),
        data=told,
    )
