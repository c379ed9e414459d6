"""What tests of the drop-in share: a torchaudio of a few lines, in the place of a real one."""

import pathlib
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest

import compat

Plant = Callable[[Mapping[str, str]], pathlib.Path]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Iterator[Plant]:
    """Plant a torchaudio of these modules where it is imported from, and forget it afterwards; gives its folder."""

    def make(modules: Mapping[str, str]) -> pathlib.Path:
        root = tmp_path / "torchaudio"
        for name, text in modules.items():
            path = root / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        return root

    yield make
    compat.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("torchaudio", "torio")]:
        del sys.modules[name]
