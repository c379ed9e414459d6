"""Names that are gone, or that a release has not yet: the words are ours, and name no release that lacks the name."""

import operator
import os
import sys

import pytest

import compat
from compat.names import removed
from tests import warm
from tests.compat.conftest import Plant
from tests.conftest import ROOT, printed


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
@pytest.mark.parametrize("variable", [None, "2.9"])
def test_what_is_said_to_stay_is_there(variable: str | None) -> None:
    """Also where the variable names the release that has lost it."""
    environment = {name: value for name, value in os.environ.items() if name != "TORCHAUDIO_COMPAT_VERSION"}
    if variable:
        environment["TORCHAUDIO_COMPAT_VERSION"] = variable
    program = f"import compat\ncompat.install('2.9')\n{STAYING}"
    printed(warm.run([sys.executable, "-c", program], env=environment, cwd=ROOT))


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


def test_a_name_deep_down(recwarn: pytest.WarningsRecorder) -> None:
    """``hasattr``, and what the module still has beside it."""
    compat.install("2.0")
    import torchaudio.backend.common

    assert not hasattr(torchaudio.backend.common, "SignalInfo")
    assert not hasattr(torchaudio.backend.common, "nothing")
    exec("from torchaudio.backend.common import AudioMetaData")
    with pytest.raises(ImportError, match="sox_io"):
        exec("import torchaudio.backend.sox_backend")


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
