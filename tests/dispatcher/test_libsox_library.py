"""Where libsox is looked for, and what is said of one that does not start."""

import ctypes.util
import pathlib
import sys
import types

import cffi
import pytest

from dispatcher.backends.sox import library
from dispatcher.errors import BackendUnavailable


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that stands for Homebrew's or the like, on a machine that has libsox nowhere else."""
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "_FOLDERS", dict.fromkeys(("linux", "darwin", "win32"), (str(tmp_path),)))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    return tmp_path


@pytest.mark.parametrize(
    ("platform", "there", "names"),
    [
        ("linux", "libsox.so.3", ["libsox.so.3", "libsox.so.2", "libsox.so"]),
        ("freebsd14", "libsox.so", ["libsox.so.3", "libsox.so.2", "libsox.so"]),
        ("darwin", "libsox.3.dylib", ["libsox.3.dylib", "libsox.dylib"]),
        ("win32", "libsox-3.dll", ["libsox-3.dll", "libsox.dll", "sox.dll"]),
    ],
)
def test_names_are_tried_before_places(
    monkeypatch: pytest.MonkeyPatch, places: pathlib.Path, platform: str, there: str, names: list[str]
) -> None:
    """The environment's own folder before the system's, and of both only what is there."""
    monkeypatch.setattr(sys, "platform", platform)
    own = places / "environment" / ("Library/bin" if platform == "win32" else "lib")
    own.mkdir(parents=True)
    for folder in (own, places):
        (folder / there).touch()
    assert list(library.candidates()) == [*names, str(own / there), str(places / there)]


@pytest.mark.parametrize(
    ("found", "added"),
    [({"sox": "libsox.so.9"}, ["libsox.so.9"]), ({"sox": "libsox.so.3"}, []), ({"sox_ng": "libsox_ng.so.3"}, ["libsox_ng.so.3"]), ({}, [])],
)
def test_what_the_system_knows_comes_last(
    monkeypatch: pytest.MonkeyPatch, places: pathlib.Path, found: dict[str, str], added: list[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes.util, "find_library", found.get)
    assert list(library.candidates()) == ["libsox.so.3", "libsox.so.2", "libsox.so", *added]


def test_where_one_is_chosen_no_other_is_tried(monkeypatch: pytest.MonkeyPatch, places: pathlib.Path) -> None:
    monkeypatch.setenv(library.VARIABLE, "/my/libsox.so")
    assert list(library.candidates()) == ["/my/libsox.so"]


@pytest.mark.parametrize(
    ("version", "formats", "told"),
    [
        (b"14.4.2", 1, "loaded, but sox_format_init failed"),
        (b"14.7.1", 0, "sox_ng 14.7.1, whose interface differs"),  # distributions link libsox.so to it
    ],
)
def test_one_that_cannot_be_used_is_passed_over(monkeypatch: pytest.MonkeyPatch, version: bytes, formats: int, told: str) -> None:
    """And told of, beside the one that does not load."""
    named = cffi.FFI().new("char[]", version)
    fake = types.SimpleNamespace(sox_version=lambda: named, sox_format_init=lambda: formats)

    def dlopen(ffi: cffi.FFI, name: str) -> types.SimpleNamespace:
        if name == "absent":
            raise OSError("cannot load library 'absent': no such file. Additionally, much more")
        return fake

    monkeypatch.setattr(cffi.FFI, "dlopen", dlopen)
    monkeypatch.setattr(library, "candidates", lambda: iter(["absent", "unwilling"]))
    with pytest.raises(BackendUnavailable) as why:
        library.load.__wrapped__()
    assert why.value.tried == ("absent ('absent': no such file.)", f"unwilling ({told})")
