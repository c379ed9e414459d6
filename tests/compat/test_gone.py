"""What is said of names that are gone, and of what a stand-in lacks."""

import pytest

import compat
from compat.names import removed

# names that were attributes of torchaudio or of a module that is still there in 2.0
REACHED = [name for name in removed.BEFORE_2_0 if name.count(".") < 2]


@pytest.mark.parametrize("name", REACHED)
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
    """``from torchaudio.backend.common import SignalInfo``, what the module still has beside it, and ``hasattr``."""
    compat.install("2.0")
    with pytest.raises(ImportError, match=r"SignalInfo is gone since torchaudio 0\.9.*AudioMetaData"):
        exec("from torchaudio.backend.common import SignalInfo")
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
