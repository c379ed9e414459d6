"""Where libsox is looked for, what is said of one that does not start, and that its effects run whoever else starts them."""

import ctypes.util
import pathlib
import sys
import types
from collections.abc import Callable
from typing import Any

import cffi
import pytest
import torch

from dispatcher.backends.sox import library
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


# what ours does, and other code before and after it, which starts and stops libsox as torchaudio and lhotse do
OURS = {
    "effect": "torchaudio.sox_effects.apply_effects_tensor(*torchaudio.load(path), [['rate', '8000']])",
    "load": "torchaudio.load(path)",
    "info": "torchaudio.info(path)",
    "save": "torchaudio.save('new.wav', *torchaudio.load(path))",
    "names": "torchaudio.sox_effects.effect_names()",
}
START, STOP = "print(theirs.sox_init())", "theirs.sox_quit(); theirs.sox_format_init()"


@pytest.mark.libsox
@table(
    "lines, wanted",
    {
        **{f"after our {name}": (["theirs = ctypes.CDLL(libsox)", line, START], "0\n") for name, line in OURS.items()},
        "before our effect": (["theirs = ctypes.CDLL(libsox)", START, OURS["effect"]], "0\n"),
        "between two effects": (["theirs = ctypes.CDLL(libsox)", OURS["effect"], START, OURS["effect"]], "0\n"),
        "it stops them, too": (["theirs = ctypes.CDLL(libsox)", START, OURS["effect"], STOP, OURS["effect"], OURS["load"], START], "0\n0\n"),
        "it loads libsox for all": (["theirs = ctypes.CDLL(libsox, ctypes.RTLD_GLOBAL)", START, OURS["effect"], OURS["load"]], "0\n"),
        "in a forked child": (
            [*("theirs = ctypes.CDLL(libsox)", START), f"if not os.fork(): {OURS['effect']}; os._exit(0)", "print(os.wait()[1])", OURS["effect"]],
            "0\n0\n",
        ),
    },
)  # fmt: skip
def test_other_code_starts_the_effects_of_libsox(
    lines: list[str], wanted: str, asset: Callable[[str], str], python: Python, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second start of the same libsox aborts the process."""
    monkeypatch.chdir(tmp_path)
    code = f"""
import ctypes, os, compat
from dispatcher.backends.sox import library
torchaudio, path = compat.standin("2.0", backends=["sox"]), {asset("stereo_16.flac")!r}
libsox = library.candidates().__next__()
"""
    assert printed(python(code="\n".join([code, *lines]))) == wanted


def _dithered(seed: int, torchaudio: Any) -> list[int]:
    torchaudio.utils.sox_utils.set_seed(seed)
    quiet = torch.full((1, 64), 0.3)
    twice = [torchaudio.sox_effects.apply_effects_tensor(quiet, 8000, [["dither", "-p", "4"]])[0] for _ in range(2)]
    return [round(value * (1 << 31)) for value in torch.cat(twice).flatten().tolist()]


@pytest.mark.libsox
@pytest.mark.parametrize("why", [OSError("failed to map segment"), AttributeError("dladdr"), RuntimeError("NULL")])
def test_a_libsox_that_cannot_be_copied_runs_the_effects_itself(why: Exception, forked: Python) -> None:
    """With the same settings and the same random numbers, which go on from one chain to the next."""
    code = f"""
import torch
from unittest import mock
import compat
from dispatcher.backends.sox import shared
from tests.dispatcher.test_libsox_library import _dithered
torchaudio = compat.standin("2.0", backends=["sox"])
own = [_dithered(seed, torchaudio) for seed in (1, 2, 1)]
shared._started.cache_clear()
with mock.patch.object(shared, "_copy", side_effect={why!r}):
    same = [_dithered(seed, torchaudio) for seed in (1, 2, 1)]
print(own == same, own[0] == own[2], own[0] == own[1], own[0][:64] == own[0][64:])
"""
    assert printed(forked(code=code)) == "True True False False\n"
