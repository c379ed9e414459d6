"""Worlds in which a backend's library is missing or does not load, or is another release than what is required."""

import ctypes.util
import pathlib
import shutil
import sys
from collections.abc import Callable

import pytest
from packaging.specifiers import SpecifierSet

from compat.diagnosis import pairs
from compat.doctor.checks import round_trip
from compat.doctor.child import Answer
from tests.doctor.cases import Case, worlds
from tests.doctor.worlds import World, append

TORCH = {"torch 2.8.0": "Tensor = list\n"}
METADATA = """Metadata-Version: 2.1
Name: torchaudio-compat
Version: 1
Requires-Dist: rich>=13
Requires-Dist: rarely; extra == 'bench'
"""


def released(package: str, version: str, words: str, command: str) -> Case:
    """A package that claims another version, its files as they are."""

    def claim(world: World) -> None:
        (info,) = world.site.glob(f"{package}-*.dist-info")
        real = info.resolve()
        info.unlink()
        shutil.copytree(real, info)
        world.metadata(package, version)

    return Case(f"{package} {version}", "requirements", "warning", breaks=claim, says=(words,), commands=(command,))


def _without_library(world: World) -> None:
    world.own("soundfile")
    for library in (world.site / "_soundfile_data").glob("libsndfile*"):
        library.unlink()


test_backends = worlds(
    Case("no soundfile", "backend-soundfile,imports,backend-ffmpeg", "error", "missing-package", without=("soundfile", "torch"), plants=TORCH,
         root="imports", commands=("pip install 'soundfile>=",)),
    Case("no av", "backend-ffmpeg", "error", "missing-package", without=("av",), commands=("pip install 'av>=",)),
    # its release would be told of next
    Case("a decoder that is too old is not installed again", "files", "error", "files-missing", without=("av",),
         plants={"av 12.0.0": {"__init__.py": "raise ImportError('no part')", "open.py": ""}},
         breaks=lambda world: (world.site / "av/open.py").unlink(), commands=("av>=18",), never="av==12"),
    Case("cffi that is not there is what soundfile lacks", "imports", "error", "no-cffi", "soundfile", ("cffi", "cffi_backend"),
         commands=("cffi>=",)),
    Case("no numpy is the cause of what needs it", "imports,backend-soundfile", "error", "not-installed", "numpy", ("numpy", "torch"), TORCH,
         root="imports", says=("numpy is not installed",)),
    # where the system has a libsndfile of its own, soundfile takes that, and only the files tell
    Case("a soundfile without its library", "files,backend-soundfile", "error", "files-missing", breaks=_without_library, root="files",
         commands=("soundfile==",)),
    released("numpy", "1.23.5", "requires numpy>=1.24", "numpy>=1.24"),
    released("av", "17.1.0", "requires av<20,>=18", "av<20,>=18"),
    released("av", "20.0.0", "requires av<20,>=18", "av<20,>=18"),
    released("av", "19.4.0", "av 19.4.0 is not a tested release", "av<19.1,>=18.0"),
    released("soundfile", "0.15.1", "requires soundfile<0.15,>=0.13.1", "soundfile<0.15,>=0.13.1"),
    released("cffi", "1.14.6", "requires cffi>=1.15", "cffi>=1.15"),
    released("torch", "1.13.1", "requires torch>=2.0", "torch>=2.0"),
    Case("rich is missing where this package is installed", "requirements", "warning", without=("torchaudio_compat", "rich"),
         plants={"torchaudio_compat-1.dist-info": {"METADATA": METADATA}}, says=("rich is not installed",)),
)  # fmt: skip


@pytest.mark.parametrize("name", ["av", "soundfile"])
def test_what_was_tested_is_allowed(name: str) -> None:
    """The tested releases lie within the requirement, and the requirement ends with the next major or minor one."""
    tested, allowed = pairs.tested()[name], SpecifierSet(pairs.companions()[name])
    versions = [f"{major}.{minor}.{patch}" for major in range(25) for minor in range(25) for patch in range(3)]
    known = [version for version in versions if version in tested]
    assert all(version in allowed for version in known)
    assert str(int(known[-1].split(".")[0]) + 1) not in allowed


@pytest.mark.parametrize("kind", ["garbage", "another library", "absent"])
def test_a_libsox_that_does_not_load(healthy: World, tmp_path: pathlib.Path, kind: str) -> None:
    (tmp_path / "garbage").write_bytes(b"not a library" * 100)
    path = ctypes.util.find_library("m") if kind == "another library" else str(tmp_path / kind)
    if path is None:
        pytest.skip("takes a library that is not libsox")
    report = healthy.examine("--only", "backend-sox", env={"TORCHAUDIO_COMPAT_LIBSOX": path})
    found = report.finding("backend-sox")
    assert (report.code, found["status"], found["cause"]) == (2, "error", "unloadable-libsox")
    assert path in found["text"]
    assert found["evidence"][0].startswith(f"tried {path}")
    assert found["mend"]["commands"][0] == "unset TORCHAUDIO_COMPAT_LIBSOX"


@pytest.mark.skipif(sys.platform != "linux", reason="the loader of other systems has other names")
def test_a_damaged_libsox_to_which_a_variable_leads(healthy: World, tmp_path: pathlib.Path) -> None:
    """Installing it again would not mend it."""
    for name in ("libsox.so.3", "libsox.so.2", "libsox.so"):
        (tmp_path / name).write_bytes(b"no")
    found = healthy.examine("--only", "backend-sox", env={"LD_LIBRARY_PATH": str(tmp_path)}).finding("backend-sox")
    assert (found["cause"], found["mend"]["commands"]) == ("unloadable-libsox", ["unset LD_LIBRARY_PATH"])


@pytest.mark.libsox
def test_what_the_libraries_have_is_told(healthy: World) -> None:
    report = healthy.examine("--only", "backend-ffmpeg,backend-soundfile,backend-sox")
    ffmpeg, sndfile, sox = (report.checks[f"backend-{name}"]["findings"][0]["data"] for name in ("ffmpeg", "soundfile", "sox"))
    assert sox["libsox"].startswith("14.")
    assert pathlib.Path(sox["file"]).name.startswith("libsox.")
    assert {"wav", "sph", "au"} <= set(sox["reads"]) & set(sox["writes"])
    assert ffmpeg["ffmpeg"]
    assert any("GPL" in licence for licence in ffmpeg["licences"])
    assert {"mp3", "flac", "aac"} <= set(ffmpeg["decoders"])
    assert {"WAV", "FLAC", "OGG"} <= set(sndfile["formats"])
    assert sndfile["libsndfile"].startswith("1.")


def test_a_library_that_does_its_work_wrongly() -> None:
    expected = {"sample_rate": 16000, "num_frames": 16000, "num_channels": 2}
    told = {"info": expected, "expected": expected, "dtype": "int16", "shape": [2, 16000], "apart": 0}
    causes = [
        round_trip.finding("soundfile", Answer(value={**told, **wrong})).cause
        for wrong in ({}, {"apart": 1}, {"apart": None}, {"info": {**expected, "num_frames": 0}})
    ]
    assert causes == ["", "wrong-samples", "wrong-samples", "wrong-header"]


CRASHES = """

_real = SoundFile._array_io


def _broken(self, action, array, frames):
    if action == "write":
        import ctypes; ctypes.string_at(0)
    return _real(self, action, array, frames)


SoundFile._array_io = _broken
"""


CANNOT_OPEN = "_open = open\ndef open(*given, mode, **named):\n    return mode == 'w' and _open(*given, mode=mode, **named)\n"


@pytest.mark.parametrize(
    ("package", "module", "breaks", "cause"),
    [
        pytest.param("av", "av/__init__.py", CANNOT_OPEN, "", id="one that cannot decode"),
        pytest.param("soundfile", "soundfile.py", "SoundFile.buffer_read_into = None\n", "", id="another that cannot"),
        pytest.param("soundfile", "soundfile.py", CRASHES, "sigsegv", id="one that crashes"),
    ],
)
def test_a_library_that_fails_at_its_work_does_not_hide_the_others(
    build: Callable[..., World], package: str, module: str, breaks: str, cause: str
) -> None:
    world = build()
    world.own(package)
    append(world.site / module, breaks)
    report = world.examine("--only", "round-trip")
    failing = report.finding("round-trip")
    assert (failing["status"], failing["subject"]) == ("error", package)
    assert failing["cause"] == cause or not cause
    told = {found["subject"]: found["status"] for found in report.checks["round-trip"]["findings"]}
    assert {status for subject, status in told.items() if subject != package} == {"ok"}
