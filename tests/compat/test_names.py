"""Which names a release has and binds; what is said of those that it lacks is ours, and advises no torchaudio that lacks them too."""

import importlib
import operator
import sys
import types
from typing import Any

import pytest

import compat
from compat.contents.context import Context
from compat.diagnosis import pairs
from compat.dropin import advice
from compat.names import removed
from tests.compat.conftest import Plant
from tests.conftest import Python, printed
from tests.tables import table


@pytest.fixture(params=["stand-in", "a real 2.9"])
def over(request: pytest.FixtureRequest, plant: Plant) -> str:
    """Without torchaudio, and over one that has what 2.9 left."""
    if request.param != "stand-in":
        top = "from torchaudio import functional, utils\n__version__ = '2.9.1'\n"
        plant({"__init__": top, "functional/__init__": "def gain(): pass\n", "utils/__init__": ""})
    return str(request.param)


# the release, the statement, and what must be said
@pytest.mark.parametrize(("release", "statement", "says"), [
    ("2.9", "from torchaudio.io import StreamReader", "from compat.io import StreamReader"),
    ("2.9", "from torchaudio.io import AudioEffector", "Use compat.io: "),
    ("2.9", "from torchaudio.backend.common import AudioMetaData", "torchaudio.backend does not exist in torchaudio 2.9"),
    ("2.9", "from torchaudio._backend.common import AudioMetaData", "Use compat.load, .save, .info and .AudioMetaData."),
    ("2.9", "from torchaudio.backend.sox_io_backend import *", "Use compat.load, .save, .info and .AudioMetaData."),
    ("2.9", "from torchaudio.io import *", "Use compat.io: "),
    ("2.9", "import torchaudio.backend.soundfile_backend as backend", 'compat.load(path, backend="soundfile")'),
    ("2.9", "from torchaudio.sox_effects import apply_effects_file", "Use compat.sox_effects "),
    ("2.9", "from torchaudio.kaldi_io import read_mat_ark", "Use the package kaldi_io itself"),
    ("2.9", "from torchaudio import set_audio_backend", "Name the backend in each call"),
    ("2.9", "from torchaudio.utils import sox_utils", 'Use compat.standin("2.2").utils.sox_utils '),
    ("2.0", "from torchaudio.io import AudioEffector", "does not exist in torchaudio 2.0; torchaudio 2.1.2 to 2.8.0 have it"),
    ("2.0", "from torchaudio import AudioMetaData", "does not exist in torchaudio 2.0; torchaudio 2.1.2 to 2.8.0 have it"),
    ("2.2", "from torchaudio import load_with_torchcodec", "does not exist in torchaudio 2.2; torchaudio 2.8.0 to 2.11.0 have it"),
    ("2.0", "from torchaudio.io import CodecConfig", "does not exist in torchaudio 2.0; torchaudio 2.1.2 to 2.8.0 have it"),
])  # fmt: skip
def test_a_lost_name_is_refused_with_advice(over: str, release: str, statement: str, says: str) -> None:
    compat.install(release)
    with pytest.raises(ImportError) as why:
        exec(statement, {})
    assert says in str(why.value)
    assert "cannot import name" not in str(why.value)


@pytest.mark.parametrize("name", ["io.Nothing", "backend.common.Nothing", "sox_effects.Nothing"])
def test_a_name_that_nobody_had_is_an_attribute_error_where_it_is_asked_for(over: str, name: str) -> None:
    """So that `hasattr` and `getattr` with a default go on."""
    torchaudio = compat.install("2.0")
    module, _, last = name.rpartition(".")
    assert not hasattr(operator.attrgetter(module)(torchaudio), last)
    with pytest.raises(ImportError):
        exec(f"from torchaudio.{module} import {last}", {})


# what the advice of a lost name says that stays
STAYING = """
from compat.io import StreamReader, StreamWriter, AudioEffector
from compat import AudioMetaData, info, list_audio_backends, load, save, sox_effects
sox_effects.apply_effects_tensor, compat.standin("2.2").utils.sox_utils.list_effects
list_audio_backends(), AudioMetaData(8000, 1, 1, 16, "PCM_S")
"""


@pytest.mark.libsox
@pytest.mark.parametrize("variables", [{}, {"TORCHAUDIO_COMPAT_VERSION": "2.9"}], ids=["by itself", "under the variable"])
def test_what_is_said_to_stay_is_there(variables: dict[str, str], forked: Python) -> None:
    """Also where the variable names the release that has lost it."""
    printed(forked(code=f"import compat\ncompat.install('2.9')\n{STAYING}", **variables))


@pytest.mark.parametrize("name", removed.BEFORE_2_0)
def test_a_name_gone_before_2_0_says_what_replaces_it(name: str) -> None:
    """An attribute, and an import; neither sends to a torchaudio that has it not."""
    torchaudio = compat.install("2.0")
    with pytest.raises(AttributeError) as why:
        eval(f"torchaudio.{name}", {"torchaudio": torchaudio})
    module, _, last = f"torchaudio.{name}".rpartition(".")
    with pytest.raises(ImportError) as also:
        exec(f"from {module} import {last}")
    for text in (str(why.value), str(also.value)):
        assert removed.BEFORE_2_0[name].advice in text
        assert f"since torchaudio {removed.BEFORE_2_0[name].removed_in}" in text
        assert "install torchaudio" not in text


@pytest.mark.parametrize("name", ["info", "set_audio_backend", "sox_effects", "backend", "AudioMetaData"])
def test_a_name_gone_in_2_9(name: str) -> None:
    """The pinned release lacks it, and so would the torchaudio that one would install."""
    torchaudio = compat.install("2.9")
    with pytest.raises(AttributeError, match=rf"{name} is gone since torchaudio 2\.9\. ") as why:
        getattr(torchaudio, name)
    assert "pip install" not in str(why.value)


def test_the_old_global_backend_says_what_replaced_it() -> None:
    with pytest.raises(RuntimeError, match=r"there is no global backend 'sox'.*Write 'sox_io'"):
        compat.standin("2.0").set_audio_backend("sox")


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


_SETTERS = {"get_audio_backend", "list_audio_backends", "set_audio_backend"}
_IO = {"info", "load", "save"}
_TORCHCODEC = {"load_with_torchcodec", "save_with_torchcodec"}
_OURS = {"functional", "transforms", "utils"}
_OLD = _SETTERS | _OURS | {"io", "kaldi_io", "sox_effects"}
# as the wheels list them, as far as a stand-in has them
RELEASES = {
    "2.0": _OLD,
    "2.1": _OLD | {"AudioMetaData"},
    "2.2": _OLD | {"AudioMetaData"} | _IO,
    "2.8": _OLD | {"AudioMetaData"} | _IO | _TORCHCODEC,
    "2.9": _OURS | {"load", "save"} | _TORCHCODEC,
}


def _bound(module: str) -> set[str]:
    found: dict[str, Any] = {}
    exec(f"from {module} import *", found)
    return found.keys() - {"__builtins__"}


# a torchaudio that lists names which other releases lack
OF_ANOTHER_RELEASE = {
    "__init__": "from . import functional, transforms, utils, io\n"
    "def load(): ...\ndef load_with_torchcodec(): ...\ndef _hidden(): ...\n"
    "__all__ = ['load', 'load_with_torchcodec', 'functional', 'transforms', 'utils', 'io']\n",
    "functional/__init__": "def resample(): ...\ndef lfilter(): ...\n__all__ = ['resample', 'lfilter']\n",
    "transforms/__init__": "class Resample: ...\nclass Fade: ...\n__all__ = ['Resample', 'Fade']\n",
    "utils/__init__": "from . import sox_utils\ndef download_asset(): ...\n__all__ = ['download_asset', 'sox_utils']\n",
    "utils/sox_utils": "",
    "io/__init__": "",
    "version": "__version__ = '2.5.1'\n",
}


@pytest.mark.parametrize(
    ("release", "module", "names"),
    [
        *((release, "torchaudio", names) for release, names in RELEASES.items()),
        # these are made when they are asked for
        ("2.0", "torchaudio.transforms", {"Resample"}),
        ("2.0", "torchaudio.functional", {"resample", "apply_codec"}),
        ("2.9", "torchaudio.functional", {"resample"}),
        ("2.0", "torchaudio.io", {"StreamReader", "StreamWriter", "play_audio"}),
        ("2.2", "torchaudio.io", {"AudioEffector", "CodecConfig", "StreamReader", "StreamWriter", "play_audio"}),
    ],
)
def test_a_standin_binds_what_the_release_listed(release: str, module: str, names: set[str]) -> None:
    with compat.pinned(release):
        assert _bound(module) == names


@pytest.mark.parametrize("release", RELEASES)
def test_another_release_binds_what_the_pinned_one_listed(plant: Plant, release: str) -> None:
    plant(OF_ANOTHER_RELEASE)
    with compat.pinned(release) as torchaudio:
        assert _bound("torchaudio") == RELEASES[release]
        assert _bound("torchaudio.transforms") == {"Resample", "Fade"}
        assert ("apply_codec" in _bound("torchaudio.functional")) == (release != "2.9")
        assert ("sox_utils" in _bound("torchaudio.utils")) == (release != "2.9")
        assert {"resample", "lfilter"} <= _bound("torchaudio.functional")
    compat.install(release)
    compat.uninstall()
    assert torchaudio.__all__ == ["load", "load_with_torchcodec", "functional", "transforms", "utils", "io"]
    assert torchaudio.utils.__all__ == ["download_asset", "sox_utils"]
