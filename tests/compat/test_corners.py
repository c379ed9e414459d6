"""A torchaudio that is odd, a torch that nobody knows, and questions that are rarely asked."""

import importlib
import sys
import types
import warnings
from typing import Any

import pytest
import torch

import compat
from compat.contents.context import Context
from compat.diagnosis import pairs
from compat.dropin import advice
from tests.compat.conftest import Plant
from tests.conftest import ASSETS
from tests.tables import table

ODD = {
    "__init__": "__version__ = '2.2.2'\nfrom torchaudio import models",
    "models/__init__": "",
    "models/decoder": "",
    "pipelines": "mine = True",
}


@table(
    "statement, error, says",
    {
        "a submodule that is not imported yet": (
            "torchaudio.pipelines",
            AttributeError,
            r"torchaudio\.pipelines is not imported yet: `import torchaudio\.pipelines` first",
        ),
        # the real package says only that it has no such attribute; others may have it imported
        "a submodule of a package": (
            "torchaudio.models.decoder",
            AttributeError,
            r"torchaudio\.models\.decoder is not imported yet: `import torchaudio\.models\.decoder` first",
        ),
        "one that another torchaudio has": (
            "torchaudio.prototype",
            AttributeError,
            r"torchaudio\.prototype is not there: the installed torchaudio lacks it.*torchaudio==2\.8\.0",
        ),
        "one that none has": (
            "torchaudio.nonsense",
            AttributeError,
            r"torchaudio\.nonsense is not there: .* nor any torchaudio from 2\.0 to 2\.11 has this name",
        ),
        "one that the last torchaudio has, imported": (
            "from torchaudio import compliance",
            ImportError,
            r"torchaudio\.compliance is not there: the installed torchaudio lacks it.*pip install --upgrade torchaudio`",
        ),
    },
)
def test_what_a_real_torchaudio_lacks_is_said_of_it(plant: Plant, statement: str, error: type[Exception], says: str) -> None:
    """And which torchaudio has it."""
    plant(ODD)
    torchaudio = compat.install("2.2")
    with pytest.raises(error, match=says):
        exec(statement, {"torchaudio": torchaudio})


def test_what_a_real_torchaudio_has_is_found_when_it_is_imported(plant: Plant) -> None:
    plant(ODD)
    torchaudio = compat.install("2.2")
    assert importlib.import_module("torchaudio.pipelines").mine
    assert importlib.import_module("torchaudio.models.decoder") is torchaudio.models.decoder


def test_what_a_broken_torchaudio_has_imported_gives_way_and_comes_back(plant: Plant) -> None:
    """Its submodules stay in ``sys.modules`` when it fails; under a stand-in they must not answer."""
    plant({"__init__": "import torchaudio.kaldi_io\nimport not_there_at_all", "kaldi_io": "mine = True"})
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


@pytest.mark.parametrize("release", ["2.2", "2.8", "2.9"])
def test_bytes_are_the_content_of_a_file(release: str) -> None:
    """For FFmpeg, which is asked first. For soundfile they are a path."""
    path = ASSETS / "stereo_16.flac"
    data, torchaudio = path.read_bytes(), compat.standin(release)
    with warnings.catch_warnings(action="ignore"):
        assert torch.equal(torchaudio.load(data)[0], torchaudio.load(path)[0])
        if release != "2.9":
            assert str(torchaudio.info(data, backend="ffmpeg")) == str(torchaudio.info(path))
            with pytest.raises(RuntimeError, match=r"content of a file.*BytesIO"):
                torchaudio.load(data, backend="soundfile")


@pytest.mark.parametrize(
    ("name", "advised"),
    [
        ("datasets", "`{python} -m pip install torchaudio`, with any torch"),
        ("prototype.pipelines", "torchaudio 2.8.0 is the last that has it: `{python} -m pip install --no-deps torchaudio==2.8.0`"),
        ("nonsense", "nor any torchaudio from 2.0 to 2.11 has this name"),
    ],
)
def test_only_a_torchaudio_that_has_the_name_is_advised(name: str, advised: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compat.diagnosis.machine._pip", lambda: ("python", "-m", "pip"))
    text = advice.missing(name, Context(compat.release("2.2"), None, types.ModuleType("torchaudio")))
    assert advised.format(python="python") in text


def test_a_torchaudio_without_a_wheel_for_this_python_is_not_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs.Pair, "serves", lambda pair, python: False)
    text = advice.missing("prototype", Context(compat.release("2.2"), None, types.ModuleType("torchaudio")))
    assert "pip install" not in text
    assert "torchaudio 2.8.0 is the last that has it, and it has no wheel for this Python" in text


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
    with pytest.raises(ValueError, match=r"there is no release '3\.0'; the releases are 2\.0, ") as why:
        compat.release("3.0")
    assert "codemod" not in str(why.value)


def test_dir_lists_what_is_there() -> None:
    """And no name that the package uses for itself."""
    listed = dir(compat)
    assert [name for name in listed if name.startswith("_") or name in ("sys", "annotations", "TYPE_CHECKING")] == ["__version__"]
    assert {"install", "load", "AudioMetaData", "backend"} <= set(listed)
    assert all(hasattr(compat, name) for name in listed)
