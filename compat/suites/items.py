"""Stand for a test under one release: the session selects and reports it, its process runs it."""

from __future__ import annotations

import os
from typing import Any

import pytest

from compat.suites.worlds import World


class ReleaseItem(pytest.Item):
    """Stand for a collected test under one release; other attributes are those of that test.

    Args:
        original: the test as it was collected.
        world: the release.
    """

    def __init__(self, *, original: pytest.Item, world: World, **node: Any) -> None:
        super().__init__(**node)
        self.original: pytest.Item = original
        self.world: World = world
        self.own_markers: list[pytest.Mark] = list(original.own_markers)
        self.keywords.update({name: original.keywords[name] for name in original.keywords})
        self.extra_keyword_matches: set[str] = set(original.extra_keyword_matches)

    @classmethod
    def of(cls, original: pytest.Item, world: World) -> ReleaseItem:
        """Make the item of a test under a release."""
        assert original.parent is not None
        name = with_label(original.name, world.label)
        # as text: pytest 9.2 splits it like the ids of the command line and of its cache
        nodeid = f"{original.parent.nodeid}::{name}"
        made: ReleaseItem = cls.from_parent(
            original.parent, name=name, nodeid=nodeid, original=original, world=world
        )
        return made

    def __getattr__(self, name: str) -> Any:
        if name in ("original", "world") or name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.original, name)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the file, the line and the name of the test."""
        path, line, name = self.original.reportinfo()
        return path, line, with_label(name, self.world.label)

    def runtest(self) -> None:
        """Raise RuntimeError: the test must run in the process of its release."""
        raise RuntimeError(
            f"{self.nodeid} runs in a process of its own, so only the hook "
            "pytest_runtest_protocol can run it"
        )


def with_label(name: str, label: str) -> str:
    """Return the name of a test with the release as its first parameter."""
    bare, bracket, parameters = name.partition("[")
    return (
        f"{bare}[{label}-{parameters}"
        if bracket and parameters.endswith("]")
        else f"{name}[{label}]"
    )
