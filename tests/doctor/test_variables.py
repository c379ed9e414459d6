"""The check of environment variables: what is set, and what does not do what it seems to."""

import os
import pathlib
import re

import pytest

from compat.diagnosis.findings import Result
from compat.doctor.checks import variables
from compat.doctor.world import World
from tests.doctor import worlds

DISPATCHER = "TORCHAUDIO_USE_BACKEND_DISPATCHER"
VERSION = "TORCHAUDIO_COMPAT_VERSION"
PACKAGES = [pathlib.Path(__file__).parents[2] / name for name in ("compat", "dispatcher", "legacy")]


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("TORCH", "TORIO", "LD_", "DYLD_")):
            monkeypatch.delenv(name)


def look(monkeypatch: pytest.MonkeyPatch, **env: str) -> Result:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    return variables.variables.run(World())


@pytest.mark.parametrize(
    ("release", "value", "status", "says"),
    [
        # 2.0: exactly 1 turns it on
        ("2.0", "1", "ok", ""),
        ("2.0", "0", "ok", ""),
        ("2.0", "true", "warning", "'true' means off"),
        ("2.0", "yes", "warning", "'yes' means off"),
        ("2.0", "on", "warning", "'on' means off"),
        ("2.0", "2", "warning", "'2' means off"),
        ("2.0", "", "warning", "'' means off"),
        ("2.0", "false", "note", "'false'"),
        # 2.1: anything but 1 turns it off
        ("2.1", "1", "ok", ""),
        ("2.1", "0", "ok", ""),
        ("2.1", "true", "warning", "'true' means off"),
        ("2.1", "True", "warning", "'True' means off"),
        ("2.1", " 1", "warning", "' 1' means off"),
        ("2.1", "", "warning", "'' means off"),
        ("2.1", "off", "note", "'off'"),
        # 2.2 does not read it
        ("2.2", "1", "note", "does nothing under release 2.2"),
        ("2.2", "0", "warning", "does nothing under release 2.2"),
        ("2.2", "false", "warning", "does nothing under release 2.2"),
        ("2.2", "", "warning", "does nothing under release 2.2"),
    ],
)
def test_the_dispatchers_variable(monkeypatch: pytest.MonkeyPatch, release: str, value: str, status: str, says: str) -> None:
    result = look(monkeypatch, **{VERSION: release, DISPATCHER: value})
    assert result.status.word == status
    assert says in result.summary
    if status != "ok":
        assert set(result.findings[0].data["effects"]) >= {"2.0", "2.1", "2.2"}


@pytest.mark.parametrize(
    ("release", "value", "commands"),
    [
        ("2.0", "true", ("export TORCHAUDIO_USE_BACKEND_DISPATCHER=1",)),
        ("2.2", "0", ("export TORCHAUDIO_COMPAT_VERSION=2.1",)),
        ("2.2", "true", ("unset TORCHAUDIO_USE_BACKEND_DISPATCHER",)),
    ],
)
def test_its_mend(monkeypatch: pytest.MonkeyPatch, release: str, value: str, commands: tuple[str, ...]) -> None:
    assert look(monkeypatch, **{VERSION: release, DISPATCHER: value}).findings[0].mend.commands == commands


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("TORCHAUDIO_USE_BACKEND_DISPATCH", DISPATCHER),
        ("TORCHAUDIO_USE_BACKENDS_DISPATCHER", DISPATCHER),
        ("TORCH_AUDIO_USE_BACKEND_DISPATCHER", DISPATCHER),
        ("torchaudio_use_backend_dispatcher", DISPATCHER),
        ("TORCHAUDIO_COMPAT_BACKEND", "TORCHAUDIO_COMPAT_BACKENDS"),
        ("TORCHAUDIO_BACKEND", None),
        ("TORCHAUDIO_NO_SUCH_THING", None),
        ("TORIO_ANYTHING", None),
    ],
)
def test_names_that_nothing_reads(monkeypatch: pytest.MonkeyPatch, name: str, meant: str | None) -> None:
    result = look(monkeypatch, **{name: "1"})
    (found,) = result.findings
    assert (found.status.word, found.cause, found.data["meant"]) == ("warning", "unknown-variable", meant)
    assert f"unset {name}" in found.mend.commands


# what is set, and how it comes out: its status, its cause, and words that are said
SET: list[tuple[dict[str, str], str, str, str]] = [
    *(
        ({name: "1"}, "ok", "", "")
        for name in (
            "TORCH_HOME", "TORCHINDUCTOR_CACHE_DIR", "AUDIO_BACKEND", "TORCHAUDIO_TEST_ALLOW_SKIP", "TORCHAUDIO_USE_SOX",
            "TORIO_USE_FFMPEG_VERSION",
        )
    ),
    ({VERSION: "1.9"}, "error", "bad-variable", "there is no release '1.9'"),
    ({"TORCHAUDIO_COMPAT_AUTO": "1.9"}, "error", "bad-variable", "there is no release '1.9'"),
    ({"TORCHAUDIO_COMPAT_BACKENDS": "sox_io"}, "error", "bad-variable", "there is no backend 'sox_io'"),
    ({VERSION: "2.0.2"}, "ok", "", f"{VERSION}=2.0.2"),
    ({"TORCHAUDIO_COMPAT_BACKENDS": "soundfile, ffmpeg"}, "ok", "", "TORCHAUDIO_COMPAT_BACKENDS=soundfile, ffmpeg"),
    ({"TORCHAUDIO_COMPAT_LIBSOX": "libsox.so.3"}, "ok", "", "TORCHAUDIO_COMPAT_LIBSOX=libsox.so.3"),
    ({}, "ok", "", "no variable is set that matters here"),
    ({"LD_LIBRARY_PATH": "/no/such/folder:."}, "ok", "", ""),
    ({"LD_LIBRARY_PATH": "/no/such/folder:lib"}, "error", "loader-path", "lib"),  # which has another torch
    ({"LD_LIBRARY_PATH": "unused"}, "warning", "loader-path", "unused"),  # and torch imports all the same
]  # fmt: skip


@pytest.mark.parametrize(("env", "status", "cause", "says"), SET)
def test_what_is_set(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], status: str, cause: str, says: str) -> None:
    pathlib.Path("lib").mkdir()
    pathlib.Path("lib/libc10.so").touch()
    pathlib.Path("unused").mkdir()
    pathlib.Path("unused/libtorch_of_another.so").touch()
    result = look(monkeypatch, **env)
    assert (result.status.word, result.findings[0].cause, says in result.summary) == (status, cause, True)
    assert len(result.findings) == 1
    assert result.findings[0].subject == "torch" or cause != "loader-path"


def test_every_variable_that_the_packages_read_is_in_the_table() -> None:
    table = variables.table()
    known = {*table["torchaudio"], *table["ours"]}
    read = set()
    for package in PACKAGES:
        for path in package.rglob("*.py"):
            if "codemod" not in path.parts:
                read |= set(re.findall(r"[\"'](TORCHAUDIO_(?:COMPAT|USE)_[A-Z_]+)[\"']", path.read_text("utf-8")))
    assert read <= known


def test_what_follows_from_a_variable_is_told_as_such(healthy: worlds.World) -> None:
    """A release that is not there stops our own resampling, and torch is not to blame."""
    report = healthy.examine("--only", "variables,resampling", env={VERSION: "7"})
    assert report.code == 2
    assert report.verdict["root"]["check"] == "variables"
    assert report.verdict["also"] == []
