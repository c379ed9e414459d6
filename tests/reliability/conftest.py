"""A file that nobody may open."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator

import pytest

from tests.conftest import ASSETS
from tests.reliability import watch


@pytest.fixture
def canary(tmp_path: pathlib.Path) -> Iterator[tuple[pathlib.Path, watch.Watch]]:
    """A good audio file that nobody may open, and what tells whether somebody did."""
    path = tmp_path / "canary.wav"
    path.write_bytes((ASSETS / "mono_s16.wav").read_bytes())
    (tmp_path / "x.sub").symlink_to(path)
    with watch.watching(path) as seen:
        yield path, seen
