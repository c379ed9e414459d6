"""What tests of the drop-in share: a torchaudio of a few lines, in the place of a real one."""

import pathlib
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest

import compat
from tests.codemod.commands import put

Plant = Callable[[Mapping[str, str]], pathlib.Path]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Iterator[Plant]:
    """Plant a torchaudio of these modules where it is imported from, and forget it afterwards; gives its folder."""

    def make(modules: Mapping[str, str]) -> pathlib.Path:
        put({f"torchaudio/{name}.py": text for name, text in modules.items()}, tmp_path)
        monkeypatch.syspath_prepend(str(tmp_path))
        return tmp_path / "torchaudio"

    yield make
    compat.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("torchaudio", "torio")]:
        del sys.modules[name]
