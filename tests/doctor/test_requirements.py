"""What this package requires is compared with what is there, and each decoder with what was tested."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from compat.diagnosis import pairs
from tests.doctor.worlds import Report, World


def _released(world: World, name: str, version: str) -> None:
    """Have a package of a world claim another version, its files as they are."""
    (info,) = world.site.glob(f"{name}-*.dist-info")
    real = info.resolve()
    info.unlink()
    shutil.copytree(real, info)
    world.metadata(name, version)


def _found(report: Report) -> dict[str, object]:
    (found,) = (found for found in report.checks["requirements"]["findings"] if found["status"] == "warning")
    return dict(found)


@pytest.mark.parametrize(
    ("package", "version", "words", "command"),
    [
        ("numpy", "1.23.5", "requires numpy>=1.24", "numpy>=1.24"),
        ("av", "17.1.0", "requires av<20,>=18", "av<20,>=18"),
        ("av", "20.0.0", "requires av<20,>=18", "av<20,>=18"),
        ("av", "19.4.0", "av 19.4.0 is newer than what was tested", "av>=18.0,<19.1"),
        ("soundfile", "0.15.1", "requires soundfile<0.15,>=0.13.1", "soundfile<0.15,>=0.13.1"),
        ("cffi", "1.14.6", "requires cffi>=1.15", "cffi>=1.15"),
        ("torch", "1.13.1", "requires torch>=2.0", "torch>=2.0"),
    ],
)
def test_another_release_is_a_warning(build: Callable[..., World], package: str, version: str, words: str, command: str) -> None:
    world = build()
    _released(world, package, version)
    report = world.examine("--only", "requirements")
    found = _found(report)
    assert words in str(found["text"])
    assert command in str(found["mend"])
    assert report.verdict["text"] != "Healthy."
    assert report.code == 1


def test_all_is_met_here(healthy: World) -> None:
    assert healthy.examine("--only", "requirements").status("requirements") == "ok"


def test_a_missing_package_is_told_where_this_one_is_installed(build: Callable[..., World]) -> None:
    world = build(without=("torchaudio_compat", "rich"))
    info = world.site / "torchaudio_compat-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: torchaudio-compat\nVersion: 1\nRequires-Dist: rich>=13\nRequires-Dist: rarely; extra == 'bench'\n"
    )
    assert "rich is not installed" in str(_found(world.examine("--only", "requirements"))["text"])


@pytest.mark.parametrize(
    ("version", "place"),
    [("17.1.0", "older"), ("18.0.0", ""), ("18.1.0", ""), ("19.0.7", ""), ("19.0.0rc1", ""), ("19.1.0", "newer"), ("20.0", "newer")],
)
def test_where_a_version_lies(version: str, place: str) -> None:
    assert pairs.Tested("18.0", "19.0").place(version) == place


def test_what_was_tested_is_allowed() -> None:
    """The tested releases lie within the requirement, and the requirement ends where the tested ones do."""
    from packaging.specifiers import SpecifierSet

    for name in ("av", "soundfile"):
        tested, allowed = pairs.tested()[name], SpecifierSet(pairs.companions()[name])
        assert f"{tested.first}.99" in allowed
        assert f"{tested.last}.99" in allowed
        assert str(int(tested.last.split(".")[0]) + 1) not in allowed
