"""A folder of the user's with the name of a package of this project."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("name", ["dispatcher", "legacy"])
def test_a_package_of_that_name_is_the_root_cause(build, name: str) -> None:  # type: ignore[no-untyped-def]
    world = build()
    (world.folder / name).mkdir()
    (world.folder / name / "__init__.py").write_text("")
    report = world.examine("--only", "copies,backend-ffmpeg,backend-soundfile,backend-sox")
    assert report.code == 2
    assert (report.verdict["root"]["subject"], report.verdict["root"]["cause"]) == (name, "shadowed")
    assert str(world.folder / name) in report.verdict["text"]
    assert "torchaudio-compat" in report.verdict["next"]["text"]
    assert report.verdict["also"] == []


def test_our_own_are_not_told_of(healthy) -> None:  # type: ignore[no-untyped-def]
    assert healthy.examine("--only", "copies").findings("copies") == []
