"""Worlds in which a backend's library is missing or does not load."""

from __future__ import annotations

import ctypes.util
import pathlib
from collections.abc import Callable

import pytest

from compat.doctor.checks import round_trip
from compat.doctor.child import Answer
from tests.doctor.worlds import World

Make = Callable[..., World]


def test_no_soundfile(build: Make) -> None:
    world = build(without=("soundfile", "torch"))
    world.plant("torch", {"__init__.py": "Tensor = list\n"}, "2.8.0")
    report = world.examine("--only", "imports,backend-soundfile,backend-ffmpeg")
    assert report.code == 2
    assert report.finding("backend-soundfile")["cause"] == "missing-package"
    assert report.finding("imports")["cause"] == "not-installed"
    assert report.verdict["root"]["check"] == "imports"
    assert report.verdict["also"] == []
    assert "pip install 'soundfile>=" in report.verdict["next"]["commands"][0]
    # the others are not blamed for it
    assert report.status("backend-ffmpeg") in ("ok", "note")


def test_no_av(build: Make) -> None:
    report = build(without=("av",)).examine("--only", "backend-ffmpeg")
    found = report.finding("backend-ffmpeg")
    assert (report.code, found["cause"]) == (2, "missing-package")
    assert "pip install 'av>=" in found["mend"]["commands"][0]


def test_no_numpy_is_the_cause_of_what_needs_it(build: Make) -> None:
    world = build(without=("numpy", "torch"))
    world.plant("torch", {"__init__.py": "Tensor = list\n"}, "2.8.0")
    report = world.examine("--only", "imports,backend-soundfile")
    assert report.verdict["root"]["cause"] == "not-installed"
    assert report.verdict["text"] == "numpy is not installed."
    assert report.verdict["also"] == []


def test_a_soundfile_without_its_library(build: Make) -> None:
    world = build()
    world.own("soundfile")
    for library in (world.site / "_soundfile_data").glob("libsndfile*"):
        library.unlink()
    # where the system has a libsndfile of its own, soundfile takes that, and only the files tell
    report = world.examine("--only", "files,backend-soundfile")
    assert report.finding("files")["cause"] == "files-missing"
    assert report.verdict["root"]["check"] == "files"
    assert "soundfile==" in report.verdict["next"]["commands"][0]


def _garbage(folder: pathlib.Path) -> str:
    path = folder / "libsox.so.3"
    path.write_bytes(b"not a library" * 100)
    return str(path)


def _other(folder: pathlib.Path) -> str:
    found = ctypes.util.find_library("m")
    if found is None:
        pytest.skip("takes a library that is not libsox")
    return found


@pytest.mark.parametrize("make", [_garbage, _other, lambda folder: str(folder / "absent.so")], ids=["garbage", "another library", "absent"])
def test_a_libsox_that_does_not_load(healthy: World, tmp_path: pathlib.Path, make: Callable[[pathlib.Path], str]) -> None:
    path = make(tmp_path)
    report = healthy.examine("--only", "backend-sox", env={"TORCHAUDIO_COMPAT_LIBSOX": path})
    found = report.finding("backend-sox")
    assert (report.code, found["status"], found["cause"]) == (2, "error", "unloadable-libsox")
    assert path in found["text"]
    assert found["evidence"][0].startswith(f"tried {path}")
    assert found["mend"]["commands"][0] == "unset TORCHAUDIO_COMPAT_LIBSOX"


@pytest.mark.libsox
def test_the_libsox_that_is_loaded_is_named(healthy: World) -> None:
    data = healthy.examine("--only", "backend-sox").checks["backend-sox"]["findings"][0]["data"]
    assert data["libsox"].startswith("14.")
    assert pathlib.Path(data["file"]).name.startswith("libsox.")
    assert {"wav", "sph", "au"} <= set(data["reads"])
    assert {"wav", "sph", "au"} <= set(data["writes"])


def test_what_ffmpeg_has_is_told(healthy: World) -> None:
    report = healthy.examine("--only", "backend-ffmpeg")
    data = report.checks["backend-ffmpeg"]["findings"][0]["data"]
    assert data["ffmpeg"]
    assert any("GPL" in licence for licence in data["licences"])
    assert {"mp3", "flac", "aac"} <= set(data["decoders"])


def test_what_libsndfile_has_is_told(healthy: World) -> None:
    data = healthy.examine("--only", "backend-soundfile").checks["backend-soundfile"]["findings"][0]["data"]
    assert {"WAV", "FLAC", "OGG"} <= set(data["formats"])
    assert data["libsndfile"].startswith("1.")


def _with_writing(world: World, statement: str) -> None:
    """Have soundfile do something else before it writes samples."""
    world.own("soundfile")
    with (world.site / "soundfile.py").open("a") as stream:
        stream.write(
            f"""

_real = SoundFile._array_io


def _broken(self, action, array, frames):
    if action == "write":
        {statement}
    return _real(self, action, array, frames)


SoundFile._array_io = _broken
"""
        )


def test_a_library_that_does_its_work_wrongly() -> None:
    expected = {"sample_rate": 16000, "num_frames": 16000, "num_channels": 2}
    told = {"info": expected, "expected": expected, "dtype": "int16", "shape": [2, 16000], "apart": 0}
    causes = [
        round_trip.finding("soundfile", Answer(value={**told, **wrong})).cause
        for wrong in ({}, {"apart": 1}, {"apart": None}, {"info": {**expected, "num_frames": 0}})
    ]
    assert causes == ["", "wrong-samples", "wrong-samples", "wrong-header"]


def test_a_library_that_crashes_at_its_work_does_not_hide_the_others(build: Make) -> None:
    world = build()
    _with_writing(world, "import ctypes; ctypes.string_at(0)")
    report = world.examine("--only", "round-trip")
    assert report.finding("round-trip")["cause"] == "sigsegv"
    assert "ffmpeg exact" in [found["text"] for found in report.checks["round-trip"]["findings"]]
