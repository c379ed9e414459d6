"""What ``from torchaudio import *`` binds, by release, in a stand-in and over a torchaudio of another release."""

from typing import Any

import pytest

import compat
from tests.compat.conftest import Plant

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
