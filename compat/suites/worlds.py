"""Read the releases that a test runs under, from the option, the ini file and the test's marker."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import pytest

import compat
from compat import releases
from dispatcher import notices
from dispatcher.registry import Registry

MARKER = "torchaudio"
OPTION = "--torchaudio"
# the option by which a process knows the release that it serves
SERVED = "torchaudio_world"


class World(NamedTuple):
    """A release with its flags, and its backends; ``None`` for those of the environment."""

    release: Any
    backends: tuple[str, ...] | None = None

    @property
    def label(self) -> str:
        """Return the name in the ids of tests: the release, then backends and changed flags."""
        changed = [f"{name}={value}" for name, value in releases.changed(self.release).items()]
        return "-".join(
            [self.release.name, *(["+".join(self.backends)] if self.backends else []), *changed]
        )

    @contextlib.contextmanager
    def in_force(self) -> Iterator[list[str]]:
        """Install it for a block, also for child processes; yield the texts of its warnings."""
        from compat import auto  # importing it may begin to wait for torchaudio

        with contextlib.ExitStack() as stack:
            with notices.collected() as told:
                stack.enter_context(compat.pinned(self.release, backends=self.backends))
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv(auto.VARIABLE, self.release.name)
            if self.backends:
                environment.setenv(releases.BACKENDS_VARIABLE, ",".join(self.backends))
            yield told


def world(where: str, version: Any, backends: Any = None, **flags: Any) -> World:
    """Return a world, checked as ``compat.install`` checks its arguments.

    Raises:
        pytest.UsageError: an unknown release, flag or backend; the text begins with ``where`` and
            lists the known ones.
    """
    try:
        allowed = None if backends is None else releases.backends(backends)
        Registry(releases.backends(allowed))
        return World(releases.named(version, **flags), allowed)
    except (ValueError, TypeError) as why:
        raise pytest.UsageError(f"{where}: {why}") from why


def of_session(config: pytest.Config) -> tuple[World, ...]:
    """Return the distinct worlds of the command line, or else of the ini file.

    Raises:
        pytest.UsageError: one of them is unknown.
    """
    given = getattr(config.known_args_namespace, "torchaudio", None) or []
    where = (
        OPTION
        if given
        else "the ini option torchaudio" + (f" in {config.inipath}" if config.inipath else "")
    )
    names = list(_names(given or config.getini("torchaudio")))
    if given and not names:
        raise pytest.UsageError(
            f"{OPTION}: name a release ({OPTION}=2.0), several ({OPTION}=2.0,2.9) or all "
            f"({OPTION}=all)"
        )
    return tuple(dict.fromkeys(world(where, name) for name in names))


def _names(given: Iterable[str]) -> Iterator[str]:
    for text in given:
        for name in filter(None, (part.strip() for part in text.split(","))):
            yield from releases.presets() if name == "all" else (name,)


def of_test(item: pytest.Item, session: tuple[World, ...]) -> tuple[World, ...] | None:
    """Return the worlds that the nearest markers of a test name; ``None`` without a marker.

    A marker that names no release takes those of the session, or else the default of
    ``compat.install``.

    Raises:
        pytest.UsageError: a marker names an unknown release, flag or backend.
    """
    nearest, found = None, []
    for node, mark in item.iter_markers_with_node(MARKER):
        if nearest not in (None, node):
            break
        nearest = node
        where = f"{item.nodeid}: @pytest.mark.{MARKER}"
        versions = mark.args or tuple(one.release for one in session) or (None,)
        found.append([world(where, version, **mark.kwargs) for version in versions])
    # pytest gives the lowest marker of a node first
    return (
        tuple(dict.fromkeys(one for worlds in reversed(found) for one in worlds))
        if nearest is not None
        else None
    )
