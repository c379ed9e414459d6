"""A torchaudio that is odd, a torch that nobody knows, and questions that are rarely asked."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import compat
from compat import advice
from compat.doctor import pairs

Plant = Callable[..., None]


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Iterator[Plant]:
    """Plants a torchaudio of these modules where it is imported from, and forgets it afterwards."""

    def plant(**modules: str) -> None:
        (tmp_path / "torchaudio").mkdir()
        for name, text in modules.items():
            (tmp_path / "torchaudio" / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))

    yield plant
    compat.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
        del sys.modules[name]


def test_what_a_real_torchaudio_lacks_is_said_of_it(real: Plant) -> None:
    """Nothing is to be installed: it is installed, and has it not. What it has is found, imported before or not."""
    real(__init__="__version__ = '2.2.2'", models="mine = True")
    torchaudio = compat.install("2.2")
    assert importlib.import_module("torchaudio.models").mine
    with pytest.raises(
        AttributeError, match=r"torchaudio\.functional\.vad is not there: the installed torchaudio has no functional"
    ) as why:
        torchaudio.functional.vad
    assert "pip install" not in str(why.value)


def test_what_a_broken_torchaudio_has_imported_gives_way_and_comes_back(real: Plant) -> None:
    """Its submodules stay in ``sys.modules`` when it fails; under a stand-in they must not answer."""
    real(__init__="import torchaudio.kaldi_io\nimport not_there_at_all", kaldi_io="mine = True")
    with pytest.raises(ModuleNotFoundError):
        import torchaudio
    left = sys.modules["torchaudio.kaldi_io"]
    assert left.mine
    torchaudio = compat.install("2.2")
    assert torchaudio.kaldi_io is not left
    with pytest.raises(AttributeError, match="not_there_at_all"):
        torchaudio.datasets
    compat.uninstall()
    assert sys.modules["torchaudio.kaldi_io"] is left


@pytest.mark.parametrize(("name", "found"), [("torchaudio.datasets", False), ("torchaudio.backend", True), ("torchaudio.nonsense", False)])
def test_asking_whether_a_submodule_is_there_is_no_error(name: str, found: bool) -> None:
    compat.install("2.2")
    assert (importlib.util.find_spec(name) is not None) == found
    if not found:
        with pytest.raises(ImportError):
            importlib.import_module(name)


def test_a_torch_without_a_documented_torchaudio_is_sent_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "of_torch", lambda version: None)
    assert "compat.doctor --pins all" in advice._install.__wrapped__()


@pytest.mark.parametrize(
    ("flag", "given", "kept"),
    [
        ("choice_order", "soundfile", ("soundfile",)),
        ("choice_order", ["sox", "ffmpeg"], ("sox", "ffmpeg")),
        ("choice_order", ("sox",), ("sox",)),
        ("also_open", "hls", ("hls",)),
        ("legacy_order", iter(["soundfile"]), ("soundfile",)),
    ],
)
def test_a_flag_of_several_names_takes_one_and_any_sequence(flag: str, given: Any, kept: tuple[str, ...]) -> None:
    assert getattr(compat.release("2.2", **{flag: given}), flag) == kept


def test_a_release_to_come_is_not_sent_to_the_codemod() -> None:
    with pytest.raises(ValueError, match=r"there is no release '3\.0'; there is 2\.0, ") as why:
        compat.release("3.0")
    assert "codemod" not in str(why.value)


def test_dir_lists_what_is_there() -> None:
    listed = dir(compat)
    assert {"install", "load", "AudioMetaData", "backend"} <= set(listed)
    assert all(hasattr(compat, name) for name in listed)
