"""A test under one release, as the session sees it: it is selected and reported here, and runs in that release's process."""

from __future__ import annotations

import os
from typing import Any

import pytest

from compat.suites.worlds import World


class ReleaseItem(pytest.Item):
    """Stands for a collected test under one release; what it has not itself is that test's.

    Args:
        original: the test as it was collected.
        world: the release.
    """

    original: pytest.Item
    world: World

    def __init__(self, *, original: pytest.Item, world: World, **node: Any) -> None:
        super().__init__(**node)
        self.original, self.world = original, world
        self.own_markers = list(original.own_markers)
        self.keywords.update({name: original.keywords[name] for name in original.keywords})
        self.extra_keyword_matches = set(original.extra_keyword_matches)

    @classmethod
    def of(cls, original: pytest.Item, world: World) -> ReleaseItem:
        """Make the item of a test under a release."""
        assert original.parent is not None
        name = with_label(original.name, world.label)
        # as a text, which pytest 9.2 takes apart as it does the ids of the command line and of its cache
        nodeid = f"{original.parent.nodeid}::{name}"
        made: ReleaseItem = cls.from_parent(original.parent, name=name, nodeid=nodeid, original=original, world=world)
        return made

    def __getattr__(self, name: str) -> Any:
        if name in ("original", "world") or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.original, name)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the test stands, and its name."""
        path, line, name = self.original.reportinfo()
        return path, line, with_label(name, self.world.label)

    def runtest(self) -> None:
        """Raise: another plugin ran the item by itself, and here is the wrong process for it."""
        raise RuntimeError(f"{self.nodeid} runs in a process of its own, through the hook pytest_runtest_protocol alone")


def with_label(name: str, label: str) -> str:
    """The name of a test with a release as its first parameter."""
    bare, bracket, parameters = name.partition("[")
    return f"{bare}[{label}-{parameters}" if bracket and parameters.endswith("]") else f"{name}[{label}]"
