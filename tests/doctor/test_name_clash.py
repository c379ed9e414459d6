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


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("copy.py", "from copy import deepcopy\n"),
        ("queue/__init__.py", "import queue\nqueue.SimpleQueue\n"),
    ],
)
def test_a_file_called_as_a_module_of_python_is_the_root_cause(build, name: str, program: str) -> None:  # type: ignore[no-untyped-def]
    """The doctor itself goes on, and nothing of what fails for it is installed again."""
    world = build(without=("soundfile",))
    world.plant("soundfile", {"__init__.py": f"{program}__version__ = '0.13.1'\n"}, "0.13.1")
    (world.folder / name).parent.mkdir(exist_ok=True)
    (world.folder / name).write_text("x = 1\n")
    report = world.examine("--only", "copies,imports")
    assert report.code == 2
    assert (report.verdict["root"]["subject"], report.verdict["root"]["cause"]) == ("python", "shadowed")
    assert report.verdict["next"]["commands"][0].startswith("mv ")
    assert report.verdict["also"] == []


def test_one_that_no_package_needs_is_no_problem(build) -> None:  # type: ignore[no-untyped-def]
    """Nor is it blamed for what fails for another cause."""
    world = build(without=("soundfile",))
    world.plant("soundfile", {"__init__.py": "raise OSError('no')\n"}, "0.13.1")
    for name in ("statistics.py", "test.py", "code.py"):
        (world.folder / name).write_text("x = 1\n")
    report = world.examine("--only", "copies")
    assert (report.code, [found["status"] for found in report.findings("copies")]) == (0, ["note", "note"])


def test_our_own_are_not_told_of(healthy) -> None:  # type: ignore[no-untyped-def]
    assert healthy.examine("--only", "copies").findings("copies") == []
