"""libsox is started once, whether torchaudio's extension comes before, after, or never."""

import contextlib
import importlib
import importlib.util
import pathlib
import sys
import types
from collections.abc import Iterator

import pytest

from dispatcher.backends.sox import shared
from tests.codemod.commands import put

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
    assert shared.start(libsox)
    assert importlib.util.find_spec(EXTENSION) is not None
    assert libsox.started  # it was only looked for
    assert importlib.import_module(EXTENSION).here == 1
    libsox.sox_init()  # as torchaudio does now


def test_torchaudio_has_started_it(torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    libsox = Libsox()
    libsox.sox_init()
    monkeypatch.setitem(sys.modules, EXTENSION, types.ModuleType(EXTENSION))
    assert shared.start(libsox)
    assert libsox.started == 1


@pytest.mark.parametrize("loads", [False, True], ids=["the extension does not load", "it is another libsox"])
def test_who_does_not_share_it_leaves_it_started(loads: bool, torchaudio: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (torchaudio / "_torchaudio_sox.py").write_text("" if loads else "raise OSError('libsox.so: cannot open shared object file')\n")
    monkeypatch.setattr(shared, "_is_only_one", lambda: not loads)
    libsox = Libsox()
    assert shared.start(libsox)
    with contextlib.nullcontext() if loads else pytest.raises(OSError, match="libsox"):
        importlib.import_module(EXTENSION)
    assert libsox.started
