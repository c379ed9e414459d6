"""libsox' effects are started once, whether others start them before us, after us, or never."""

import contextlib
import importlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Callable, Iterator

import pytest

from dispatcher.backends.sox import shared
from tests.codemod.commands import put
from tests.conftest import Python, printed

EXTENSION = "torchaudio.lib._torchaudio_sox"


class Libsox:
    """Counts as libsox does: started twice, or stopped twice, it would end the process."""

    def __init__(self) -> None:
        self.started = 0

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
    """A torchaudio whose extension starts the libsox that the test keeps in ``sys.libsox``."""
    put({"torchaudio/__init__.py": "", "torchaudio/lib/__init__.py": "", "torchaudio/lib/_torchaudio_sox.py": "here = 1\n"}, tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(shared, "_is_only_one", lambda: True)
    before = list(sys.meta_path)
    yield tmp_path / "torchaudio" / "lib"
    sys.meta_path[:] = before
    for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
        del sys.modules[name]


def test_torchaudio_starts_it_after_us(torchaudio: pathlib.Path) -> None:
    libsox = Libsox()
    shared.start_effects(libsox)
    shared.start_effects(libsox)
    assert importlib.util.find_spec(EXTENSION) is not None
    assert libsox.started  # it was only looked for
    assert importlib.import_module(EXTENSION).here == 1
    libsox.sox_init()  # as torchaudio does now


def test_torchaudio_has_started_it(torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libsox = Libsox()
    libsox.sox_init()
    monkeypatch.setitem(sys.modules, EXTENSION, types.ModuleType(EXTENSION))
    shared.start_effects(libsox)
    assert libsox.started == 1


@pytest.mark.parametrize("loads", [False, True], ids=["the extension does not load", "it is another libsox"])
def test_who_does_not_share_it_leaves_it_started(loads: bool, torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (torchaudio / "_torchaudio_sox.py").write_text("" if loads else "raise OSError('libsox.so: cannot open shared object file')\n")
    monkeypatch.setattr(shared, "_is_only_one", lambda: not loads)
    libsox = Libsox()
    shared.start_effects(libsox)
    with contextlib.nullcontext() if loads else pytest.raises(OSError, match="libsox"):
        importlib.import_module(EXTENSION)
    assert libsox.started


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
def test_other_code_starts_its_effects_after_our_reading_and_writing(
    ours: str, asset: Callable[[str], str], python: Python, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lhotse's resampler does, by ctypes; a second start would abort the process."""
    monkeypatch.chdir(tmp_path)
    code = f"""
import ctypes, compat
from dispatcher.backends.sox import library
torchaudio, path = compat.standin("2.0", backends=["sox"]), {asset("stereo_16.flac")!r}
{ours}
print(ctypes.CDLL(library.load().path).sox_init())
"""
    assert printed(python(code=code)) == "0\n"
