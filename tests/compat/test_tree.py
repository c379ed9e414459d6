"""The corners of the module tree that programs seldom reach, and what they say when they cannot serve."""

import hashlib
import importlib
import io
import itertools
import pathlib
import pkgutil
import sys
import types
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import compat
from compat import releases, tree
from compat.contents.submodule import Submodule
from compat.dropin import definitions
from compat.names import removed, wheel_names
from tests.compat.conftest import Plant
from tests.conftest import ASSETS
from tests.tables import table

WAV = str(ASSETS / "stereo_s16.wav")
SOUND = torch.sin(torch.arange(99.0))[None]


@pytest.fixture
def torchaudio() -> Any:
    return compat.standin("2.0", backends=["ffmpeg", "soundfile"])


def test_a_decorator_asks_for_modules(torchaudio: Any) -> None:
    utils = torchaudio._internal.module_utils
    assert utils.is_module_available("json", "torch")
    assert utils.requires_module("json")(len)("abc") == 3
    assert not utils.is_sox_available()


@table(
    "act, error, says",
    {
        "a decorator that asks for modules": (
            lambda torchaudio: torchaudio._internal.module_utils.requires_module("no_such_module", "json")(len)("abc"),
            RuntimeError,
            "len needs no_such_module, which cannot be found",
        ),
        "a decorator that asks for libsox": (
            lambda torchaudio: torchaudio._internal.module_utils.requires_sox()(len)("abc"),
            RuntimeError,
            "len needs",
        ),
        "a decorator that always fails": (
            lambda torchaudio: torchaudio._internal.module_utils.fail_with_message("needs fingers")(len)("abc"),
            RuntimeError,
            "len needs fingers",
        ),
        "sox_io without libsox, whose module is there all the same, as in the release": (
            lambda _: compat.standin("2.0", backends=["soundfile"]).backend.sox_io_backend.load(WAV),
            RuntimeError,
            "sox_io cannot be used",
        ),
        "effects without libsox": (
            lambda torchaudio: torchaudio.sox_effects.apply_effects_tensor(torch.zeros(1, 10), 8000, [["rate", "4000"]]),
            RuntimeError,
            r"sox_effects needs libsox: it is left out.*compat\.doctor",
        ),
        "resampling whole numbers, which would lose what is between them": (
            lambda torchaudio: torchaudio.functional.resample(torch.zeros(1, 10, dtype=torch.int16), 8000, 4000),
            TypeError,
            r"floating point samples, not torch\.int16",
        ),
    },
)
def test_what_cannot_serve_says_why_when_it_is_called(act: Any, error: type[Exception], says: str, torchaudio: Any) -> None:
    with pytest.raises(error, match=says):
        act(torchaudio)


@pytest.mark.libsox
def test_libsox_takes_its_settings() -> None:
    """Those of sox_utils that only change something inside libsox, and the file effects' error."""
    torchaudio = compat.standin("2.2")
    utils = torchaudio.utils.sox_utils
    before = utils.get_buffer_size()
    utils.set_buffer_size(before * 2)
    assert utils.get_buffer_size() == before * 2
    utils.set_buffer_size(before)
    assert {"wav", "flac"} <= {*utils.list_read_formats()} & {*utils.list_write_formats()}
    assert "rate" in utils.list_effects()
    with pytest.raises(ValueError, match="at least"):
        utils.set_buffer_size(1)
    for setter, value in (
        *((utils.set_seed, seed) for seed in (1, -1, True, np.int64(7), 2**40)),
        (utils.set_verbosity, -2),
        (utils.set_verbosity, 0),
    ):
        setter(value)
    for setter, value in itertools.product((utils.set_buffer_size, utils.set_seed, utils.set_verbosity), (1024.5, "1024", None)):
        with pytest.raises(TypeError):
            setter(value)
    utils.set_use_threads(False)
    with pytest.raises(RuntimeError, match=r"cannot apply effects to 'no\.wav' with the sox backend"):
        torchaudio.sox_effects.apply_effects_file("no.wav", [["rate", "8000"]])


@pytest.mark.libsox
@pytest.mark.parametrize("release", ["2.0", "2.1", "2.8"])
@pytest.mark.parametrize("name", ["init_sox_effects", "shutdown_sox_effects"])
def test_what_starts_and_stops_libsox_warns_that_it_does_nothing(release: str, name: str) -> None:
    effects = compat.standin(release).sox_effects
    with pytest.warns(UserWarning, match=name) as told:
        getattr(effects, name)()
    assert [warning.filename for warning in told] == [__file__]


def test_kaldi_io_hands_over_to_the_package(torchaudio: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays become tensors; without the package the error says what to install."""
    monkeypatch.setitem(sys.modules, "kaldi_io", None)
    with pytest.raises(RuntimeError, match="pip install kaldi_io"):
        torchaudio.kaldi_io.read_mat_ark(io.BytesIO())
    package = types.SimpleNamespace(read_vec_int_ark=lambda file: [("a", [1, 2])], read_mat_scp=lambda file: [("b", [[0.5]])])
    monkeypatch.setitem(sys.modules, "kaldi_io", package)
    ((key, vector),) = torchaudio.kaldi_io.read_vec_int_ark("x")
    assert key == "a"
    assert vector.equal(torch.tensor([1, 2], dtype=torch.int32))
    ((_, matrix),) = torchaudio.kaldi_io.read_mat_scp("x")
    assert matrix.equal(torch.tensor([[0.5]]))


def test_metadata_made_by_hand_warns_in_2_8() -> None:
    """What ``info`` gives is an instance all the same, without a warning of its own."""
    torchaudio = compat.standin("2.8", backends=["soundfile"])
    with warnings.catch_warnings(record=True, action="always") as seen:
        made = torchaudio.AudioMetaData(8000, 1, 1, 16, "PCM_S")
    assert made.sample_rate == 8000
    assert ["AudioMetaData" in str(one.message) for one in seen] == [True]
    with warnings.catch_warnings(action="ignore"):
        assert isinstance(torchaudio.info(WAV), torchaudio.AudioMetaData)


def test_the_lister_of_2_0_warns_beside_the_dispatcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes on to speak of the global backend."""
    monkeypatch.setenv(releases.DISPATCHER_VARIABLE, "1")
    torchaudio = compat.standin("2.0", backends=["ffmpeg", "soundfile"])
    with pytest.warns(compat.CompatWarning, match="list_audio_backends"):
        assert torchaudio.list_audio_backends() == ["soundfile"]


@pytest.mark.parametrize(("old", "more"), [("sinc_interpolation", r"Up to 0\.13 it gave 'sinc_interp_hann'"), ("kaiser_window", "")])
@table(
    "act",
    {
        "float32": lambda torchaudio, **given: torchaudio.functional.resample(SOUND, 3, 2, beta=5.0, **given),
        "float64": lambda torchaudio, **given: torchaudio.functional.resample(SOUND.double(), 3, 2, beta=5.0, **given),
        "the transform": lambda torchaudio, **given: torchaudio.transforms.Resample(3, 2, beta=5.0, **given).kernel,
    },
)
def test_the_old_names_of_resampling_methods_give_what_releases_gave(torchaudio: Any, old: str, more: str, act: Any) -> None:
    """Since 2.0 both take the Kaiser window."""
    with pytest.warns(compat.CompatWarning, match=f"'{old}'.*it gives 'sinc_interp_kaiser'.*{more}") as told:
        found = act(torchaudio, resampling_method=old)
    assert {one.filename for one in told} == {__file__}
    assert found.equal(act(torchaudio, resampling_method="sinc_interp_kaiser"))


def test_soundfile_says_that_it_compresses_nothing(torchaudio: Any, tmp_path: Any) -> None:
    """The global backend has the parameter, and no use for it."""
    torchaudio.set_audio_backend("soundfile")
    with pytest.warns(compat.CompatWarning, match="soundfile has no compression"):
        torchaudio.save(str(tmp_path / "x.wav"), torch.zeros(1, 10), 8000, compression=3.0)


def test_a_release_object_is_a_release() -> None:
    mine = compat.release("2.1", exact_num_frames=True)
    assert compat.standin(mine).__version__ == "2.1.2+compat"
    compat.install(mine)
    assert compat.release() is mine


def test_a_torchaudio_that_lacks_a_module_is_broken(plant: Plant) -> None:
    """The stand-in takes its place, and says what the real one raised."""
    plant({"__init__": "import a_module_that_is_not_there\n"})
    torchaudio = compat.install("2.0", backends=["soundfile"])
    assert torchaudio.load(WAV)[1] == 16000
    with pytest.raises(AttributeError, match="a_module_that_is_not_there"):
        torchaudio.models


# what public code imports
@pytest.mark.parametrize(("release", "name"), [
    ("2.0", "_backend.utils.get_load_func"),
    ("2.0", "_backend.get_info_func"),
    ("2.1", "_backend.utils.get_save_func"),
    ("2.2", "_backend.utils.FFmpegBackend"),
    ("2.2", "_backend.ffmpeg._parse_save_args"),
    ("2.2", "_backend.load"),
    ("2.8", "_backend.soundfile.AudioMetaData"),
    ("2.0", "backend.soundfile_backend.AudioMetaData"),
    ("2.0", "backend.sox_io_backend.AudioMetaData"),
    ("2.0", "backend.no_backend.AudioMetaData"),
    ("2.1", "backend._no_backend.load"),
    ("2.2", "backend._sox_io_backend.load"),
    ("2.1", "utils.ffmpeg_utils.clear_cuda_context_cache"),
    ("2.0", "sox_effects.sox_effects.apply_effects_tensor"),
    ("2.0", "_extension.torchaudio"),
    ("2.1", "_extension.lazy_import_sox_ext"),
    ("2.0", "version.__version__"),
    ("2.0", "version.git_version"),
    ("2.0", "git_version"),
    ("2.0", "utils.download_asset"),
    ("2.0", "utils.download.download_asset"),
    ("2.9", "utils._download_asset"),
    ("2.0", "_internal.download_url_to_file"),
    ("2.0", "_internal.load_state_dict_from_url"),
    ("2.1", "_internal.module_utils.deprecated"),
    ("2.1", "_internal.module_utils.fail_with_message"),
    ("2.1", "_internal.module_utils.no_op"),
    ("2.1", "_internal.module_utils.eval_env"),
])  # fmt: skip
def test_names_that_public_code_imports_are_there(release: str, name: str) -> None:
    with compat.pinned(release):
        assert pkgutil.resolve_name(f"torchaudio.{name}") is not None


_TOPS = """
import torchaudio
import torchaudio as ta
import torchaudio.backend.sox_io_backend
import torchaudio.backend.soundfile_backend as sf
import torchaudio.sox_effects as ta_sox
import torchaudio.kaldi_io
import torchaudio.utils.sox_utils
from torchaudio import load, save, info
from torchaudio.backend import sox_io_backend, soundfile_backend, no_backend
from torchaudio.backend.common import AudioMetaData
from torchaudio.backend.utils import set_audio_backend, get_audio_backend, list_audio_backends
from torchaudio.sox_effects import apply_effects_tensor, apply_effects_file, effect_names
from torchaudio.utils import sox_utils, ffmpeg_utils
from torchaudio._backend.utils import get_available_backends
from torchaudio._extension import _IS_TORCHAUDIO_EXT_AVAILABLE, fail_if_no_sox
from torchaudio._internal import module_utils
from torchaudio._internal.module_utils import is_module_available, requires_module
from torchaudio.transforms import Resample
from torchaudio.functional import resample
from torchaudio.io import StreamReader, StreamWriter, play_audio
from torchaudio.utils.sox_utils import set_buffer_size
from torchaudio.kaldi_io import read_mat_ark
"""


@pytest.mark.parametrize("release", ["2.0", "2.1"])
@pytest.mark.filterwarnings("ignore")
def test_the_tops_of_old_scripts_import(release: str) -> None:
    with compat.pinned(release):
        exec(_TOPS, {})


@pytest.mark.parametrize(("release", "there"), [("2.1", True), ("2.2", False)])
def test_private_modules_of_the_global_backend_need_an_import_from_2_2_on(release: str, there: bool) -> None:
    """2.1.2 imported them itself, for its setters."""
    module = compat.standin(release).backend
    assert (hasattr(module, "_sox_io_backend"), hasattr(module, "_no_backend")) == (there, there)


def test_the_class_of_a_backend_has_the_parameters_of_the_release(tmp_path: pathlib.Path) -> None:
    """It derives from the ``Backend`` that users derive from, needs ``format``, and takes no ``backend``."""
    with compat.pinned("2.1"):
        from torchaudio._backend.backend import Backend
        from torchaudio._backend.utils import SoundfileBackend, get_available_backends

        assert all(issubclass(found, Backend) for found in get_available_backends().values())
        assert SoundfileBackend().info(WAV, None).num_frames == SoundfileBackend.info(WAV, format="wav").num_frames == 4000
        waveform, rate = SoundfileBackend.load(WAV, 10, 20)
        path = str(tmp_path / "x.wav")
        SoundfileBackend.save(path, waveform, rate, True, None, "PCM_S", 16, 4096, None)
        assert SoundfileBackend.load(path)[0].equal(waveform)
        assert SoundfileBackend.can_decode(WAV, None) is SoundfileBackend.can_encode(path, None) is True
        for call in (SoundfileBackend.info, SoundfileBackend.can_decode, SoundfileBackend.can_encode):
            with pytest.raises(TypeError, match="format"):
                call(WAV)
        with pytest.raises(TypeError, match="backend"):
            SoundfileBackend.load(WAV, backend="sox")
        with pytest.raises(TypeError, match="abstract"):
            Backend()
        own = type("Own", (Backend,), {name: staticmethod(len) for name in ("info", "load", "save", "can_decode", "can_encode")})
        assert own().load("ab") == 2


def test_the_same_object_wherever_it_is_asked_for() -> None:
    with compat.pinned("2.2") as torchaudio:
        backends = importlib.import_module("torchaudio._backend")
        assert backends.utils.FFmpegBackend is backends.ffmpeg.FFmpegBackend is backends.utils.get_available_backends()["ffmpeg"]
        assert backends.utils.get_load_func() is torchaudio.load
        effects = importlib.import_module("torchaudio.sox_effects.sox_effects")
        assert effects.apply_effects_tensor is torchaudio.sox_effects.apply_effects_tensor
        with pytest.raises(ValueError, match="there is no backend 'nonsense'; there is ffmpeg"):
            backends.utils.get_backend("nonsense", backends.utils.get_available_backends())


# as the real 2.2.2 gives it
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("wav", None, None, None), ("wav", "pcm_s16le", None)),
        (("wav", None, "PCM_F", 32), ("wav", "pcm_f32le", None)),
        ((None, "flac", None, 24), ("flac", None, "s32")),
        (("flac", None, None, None), (None, None, "s16")),
        (("mp3", None, None, None), (None, None, None)),
        (("x", "vorbis", None, None), ("ogg", "vorbis", None)),
    ],
)
def test_what_save_asks_ffmpeg_for(arguments: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    assert tuple(compat.standin("2.2")._backend.ffmpeg._parse_save_args(*arguments)) == expected


def test_an_asset_is_downloaded_once_and_compared(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetch(url: str, path: str, progress: bool) -> None:
        asked.append(url)
        with open(path, "wb") as file:
            file.write(b"sound")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    get = compat.standin("2.0").utils.download_asset
    right = hashlib.sha256(b"sound").hexdigest()
    path = get("tutorial-assets/speech.wav", hash=right)
    assert path == str(tmp_path / "torchaudio" / "tutorial-assets" / "speech.wav")
    assert get("tutorial-assets/speech.wav") == path
    assert asked == ["https://download.pytorch.org/torchaudio/tutorial-assets/speech.wav"]
    with pytest.raises(ValueError, match=r"speech\.wav .* has the SHA-256 .*, not 00: delete it, and call again"):
        get("tutorial-assets/speech.wav", hash="00")
    with pytest.raises(ValueError, match="what was downloaded is deleted"):
        get("other.wav", hash="00", path=str(tmp_path / "other.wav"))
    assert not (tmp_path / "other.wav").exists()


def test_the_helpers_of_module_utils(monkeypatch: pytest.MonkeyPatch) -> None:
    utils = compat.standin("2.1")._internal.module_utils
    with pytest.warns(UserWarning, match=r"len is deprecated\. Count yourself\. It goes in release 9\."):
        assert utils.deprecated("Count yourself.", version="9", remove=True)(len)("abc") == 3
    assert utils.no_op(len) is len
    assert utils.eval_env("SURELY_NOT_SET", True) is True
    for said, means in (("1", True), ("YES", True), ("off", False), ("0", False)):
        monkeypatch.setenv("A_SWITCH", said)
        assert utils.eval_env("A_SWITCH", not means) is means
    monkeypatch.setenv("A_SWITCH", "perhaps")
    with pytest.raises(RuntimeError, match="the variable A_SWITCH is 'perhaps'"):
        utils.eval_env("A_SWITCH", True)


def test_each_file_of_the_tree_declares_a_submodule() -> None:
    assert sorted(definitions.below()) == sorted(PATHS)
    assert all(type(one.submodule) is Submodule for one in (definitions.top(), *definitions.below().values()))


PATHS = [module.name.removeprefix(f"{tree.__name__}.") for module in pkgutil.walk_packages(tree.__path__, f"{tree.__name__}.")]


@pytest.mark.parametrize("path", PATHS)
def test_a_submodule_is_one_that_a_release_had(path: str) -> None:
    """And the table of names says what became of a public one that 2.9 removed, or its warnings would be silent."""
    assert wheel_names.releases_of(path), "no release of torchaudio has it"
    goes = importlib.import_module(f"{tree.__name__}.{path}").SUBMODULE.goes_in_2_9
    parents = [path.rsplit(".", drop)[0] for drop in range(path.count(".") + 1)]
    if goes and not path.startswith("_"):
        assert any(removed.deprecated(parent) for parent in parents), "compat/names/removed.py says nothing about it"


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2", "2.8", "2.9"])
def test_the_releases_that_had_a_submodule_have_it(release: str) -> None:
    """And no others."""
    compat.install(release)

    def imports(path: str) -> bool:
        try:
            return bool(importlib.import_module(f"torchaudio.{path}"))
        except ImportError:
            return False

    assert [*filter(imports, PATHS)] == [path for path in PATHS if wheel_names.has(path, release)]
