"""Where libsox is looked for, what is said of one that does not start, and that its effects are started once, whoever else starts them."""

import contextlib
import ctypes.util
import importlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Callable, Iterator
from unittest import mock

import cffi
import pytest

from dispatcher.backends.sox import library, shared
from dispatcher.errors import BackendUnavailable
from tests.codemod.commands import put
from tests.conftest import Python, printed
from tests.tables import table


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that stands for Homebrew's or the like, on a machine that has libsox nowhere else."""
    monkeypatch.delenv(library.VARIABLE, raising=False)
    monkeypatch.setattr(library, "_FOLDERS", dict.fromkeys(("linux", "darwin", "win32"), (str(tmp_path),)))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    return tmp_path


LINUX = ["libsox.so.3", "libsox.so.2", "libsox.so"]


@table(
    "platform, there, found, tried",
    {
        # names before places, the environment's own folder before the system's, and of both only what is there
        "linux": ("linux", "libsox.so.3", {}, [*LINUX, "{own}", "{system}"]),
        "freebsd": ("freebsd14", "libsox.so", {}, [*LINUX, "{own}", "{system}"]),
        "darwin": ("darwin", "libsox.3.dylib", {}, ["libsox.3.dylib", "libsox.dylib", "{own}", "{system}"]),
        "windows": ("win32", "libsox-3.dll", {}, ["libsox-3.dll", "libsox.dll", "sox.dll", "{own}", "{system}"]),
        # what the system knows comes last
        "the system knows another": ("linux", None, {"sox": "libsox.so.9"}, [*LINUX, "libsox.so.9"]),
        "the system knows the same": ("linux", None, {"sox": "libsox.so.3"}, LINUX),
        "the system knows sox_ng": ("linux", None, {"sox_ng": "libsox_ng.so.3"}, [*LINUX, "libsox_ng.so.3"]),
        "the system knows none": ("linux", None, {}, LINUX),
    },
)
def test_where_it_is_looked_for(
    platform: str, there: str | None, found: dict[str, str], tried: list[str], places: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes.util, "find_library", found.get)
    own = places / "environment" / ("Library/bin" if platform == "win32" else "lib")
    if there:
        put({there: ""}, own)
        put({there: ""}, places)
    assert list(library.candidates()) == [name.format(own=own / str(there), system=places / str(there)) for name in tried]


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


EXTENSION = "torchaudio.lib._torchaudio_sox"


class Libsox:
    """Counts as libsox does: started twice, or stopped twice, it would end the process."""

    started = 0

    def sox_init(self) -> int:
        assert not self.started
        self.started += 1
        return 0

    def sox_quit(self) -> int:
        assert self.started
        self.started -= 1
        return 0

    def sox_format_init(self) -> int:
        return 0


@pytest.fixture
def torchaudio(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pathlib.Path]:
    """A torchaudio with an extension of libsox: its file."""
    put({"torchaudio/__init__.py": "", "torchaudio/lib/__init__.py": ""}, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    with mock.patch.dict(sys.modules):
        yield tmp_path / "torchaudio" / "lib" / "_torchaudio_sox.py"


# the extension, whether there is one libsox only, and how often ours is started once the extension was imported
@table("text, is_only_one, started", {
    "it shares ours, and starts it itself": ("", True, 0),
    "it does not load": ("raise OSError('libsox.so: cannot open shared object file')\n", True, 1),
    "it has another libsox": ("", False, 1),
})  # fmt: skip
def test_torchaudio_starts_it_after_us(
    text: str, is_only_one: bool, started: int, torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torchaudio.write_text(text)
    monkeypatch.setattr(shared, "_is_only_one", lambda: is_only_one)
    libsox = Libsox()
    shared.start_effects(libsox)
    shared.start_effects(libsox)
    assert importlib.util.find_spec(EXTENSION) is not None
    assert libsox.started == 1  # it was only looked for
    with pytest.raises(OSError, match="libsox") if text else contextlib.nullcontext():
        importlib.import_module(EXTENSION)
    assert libsox.started == started


def test_torchaudio_has_started_it(torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libsox = Libsox()
    libsox.sox_init()
    monkeypatch.setattr(shared, "_is_only_one", lambda: True)
    monkeypatch.setitem(sys.modules, EXTENSION, types.ModuleType(EXTENSION))
    shared.start_effects(libsox)
    assert libsox.started == 1


@pytest.mark.libsox
@pytest.mark.parametrize(
    "ours",
    [
        "torchaudio.load(path)",
        "torchaudio.info(path)",
        "torchaudio.save('new.wav', *torchaudio.load(path))",
        "torchaudio.sox_effects.effect_names()",
    ],
)
def test_other_code_starts_its_effects_after_our_reading_and_writing(ours: str, asset: Callable[[str], str], forked: Python) -> None:
    """Lhotse's resampler does, by ctypes; a second start would abort the process."""
    code = f"""
import ctypes, compat
from dispatcher.backends.sox import library
torchaudio, path = compat.standin("2.0", backends=["sox"]), {asset("stereo_16.flac")!r}
{ours}
print(ctypes.CDLL(library.load().path).sox_init())
"""
    assert printed(forked(code=code)) == "0\n"
