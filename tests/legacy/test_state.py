"""The global backend: switching, its functions, and what is not there."""

import io
import warnings
from typing import Any

import numpy as np
import pytest
import torch

import compat
from tests.conftest import ASSETS
from tests.doubles import Watched, fails
from tests.tables import table

WAV, FLAC, MP3, M4A = (str(ASSETS / name) for name in ("stereo_s16.wav", "stereo_16.flac", "stereo_cbr.mp3", "stereo.m4a"))


@pytest.fixture
def sox_io() -> Any:
    """2.0 with its default backend."""
    torchaudio = compat.standin("2.0")
    torchaudio.set_audio_backend("sox_io")
    return torchaudio


def test_the_setter_puts_the_modules_own_functions_in_place() -> None:
    """Old code compares them."""
    torchaudio = compat.standin("2.0", backends=["soundfile"])
    for backend, module in (("soundfile", torchaudio.backend.soundfile_backend), (None, torchaudio.backend.no_backend)):
        torchaudio.set_audio_backend(backend)
        for name in ("load", "save", "info"):
            assert getattr(torchaudio, name) is getattr(module, name)


def test_the_setter_takes_back_what_the_getter_gave() -> None:
    torchaudio = compat.standin("2.0", backends=["soundfile"])
    for name in (None, "soundfile"):
        torchaudio.set_audio_backend(name)
        before = torchaudio.get_audio_backend()
        torchaudio.set_audio_backend("soundfile")
        torchaudio.set_audio_backend(before)
        assert torchaudio.get_audio_backend() == name


def test_without_any_backend_everything_raises() -> None:
    torchaudio = compat.standin("2.0", backends=["ffmpeg"])
    assert torchaudio.get_audio_backend() is None
    assert torchaudio.list_audio_backends() == []
    for call in (lambda: torchaudio.load(WAV), lambda: torchaudio.info(WAV), lambda: torchaudio.save("x.wav", torch.zeros(1, 1), 8000)):
        with pytest.raises(RuntimeError, match="set_audio_backend"):
            call()


_NOT_HERE = r"the global backend '{}' does not work here: .*left out.*compat\.doctor"


@table(
    "backend, name, says",
    {
        "a name of calls": ("soundfile", "sox", "is a name for backend= in a call"),
        "a name that is none": ("soundfile", "nonsense", "'soundfile', 'sox_io'"),
        "one that does not work here": ("ffmpeg", "soundfile", _NOT_HERE.format("soundfile")),
        "sox_io, whose place nothing takes": ("ffmpeg", "sox_io", _NOT_HERE.format("sox_io")),
    },
)
def test_what_cannot_be_set_is_refused_and_what_stood_there_stays(backend: str, name: str, says: str) -> None:
    torchaudio = compat.standin("2.0", backends=[backend])
    before = torchaudio.load, torchaudio.get_audio_backend()
    with pytest.raises(RuntimeError, match=says):
        torchaudio.set_audio_backend(name)
    assert (torchaudio.load, torchaudio.get_audio_backend()) == before


@pytest.mark.libsox
def test_an_interrupt_within_a_file_object_comes_through_sox_io(sox_io: Any) -> None:
    for call in (sox_io.load, sox_io.info):
        with pytest.raises(KeyboardInterrupt):
            call(Watched(b"abc", read=fails(KeyboardInterrupt)))


@pytest.mark.libsox
def test_sox_io_of_2_0_reads_and_writes_file_objects_with_a_warning(sox_io: Any) -> None:
    with open(FLAC, "rb") as file, pytest.warns(compat.CompatWarning, match="file objects"):
        assert torch.equal(sox_io.load(file)[0], sox_io.load(FLAC)[0])
    held = io.BytesIO()
    with pytest.warns(compat.CompatWarning, match="file objects"):
        sox_io.save(held, torch.zeros(1, 100), 8000, format="wav")
    assert held.getvalue()[:4] == b"RIFF"


@pytest.mark.libsox
def test_sox_io_of_2_0_leaves_to_ffmpeg_what_libsox_cannot(sox_io: Any) -> None:
    """And an mp3 file object at once: FFmpeg counts no padding."""
    assert sox_io.load(M4A)[1] == 44100
    assert sox_io.info(M4A).encoding == "AAC"
    assert sox_io.load(MP3)[0].shape[1] == 27607
    with open(MP3, "rb") as file, pytest.warns(compat.CompatWarning):
        assert sox_io.load(file, format="mp3")[0].shape[1] == 26460
    with pytest.raises(RuntimeError, match=r"damaged header\)\. FFmpeg was tried next: .* tells what it is\.$"):
        sox_io.load(str(ASSETS / "text.wav"))


@pytest.mark.libsox
def test_sox_io_of_2_1_does_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHAUDIO_USE_BACKEND_DISPATCHER", "0")
    with pytest.warns(compat.CompatWarning, match="turns the dispatcher"):
        torchaudio = compat.standin("2.1")
    with pytest.raises(RuntimeError, match=r"up to 2\.0 only"):
        torchaudio.load(io.BytesIO(b""))
    with pytest.raises(RuntimeError, match="libsox cannot open"):
        torchaudio.load(M4A)


@pytest.mark.libsox
def test_effects_change_rate_and_channels() -> None:
    """Of a file and of a tensor, in its own dtype; a wrong effect or option is named."""
    module = compat.standin("2.0").sox_effects
    waveform, rate = module.apply_effects_file(WAV, [["rate", "8000"], ["channels", "1"]])
    assert (tuple(waveform.shape), rate) == ((1, 2000), 8000)
    source = torch.arange(-500, 500, dtype=torch.int16)[None]
    assert torch.equal(module.apply_effects_tensor(source, 8000, [["reverse"], ["reverse"]])[0], source)
    for effects, word in (
        ([["nonsense"]], "no effect 'nonsense'"),
        ([["gain", "x"]], "options"),
        ([["splice"]], "cannot be used in a chain"),
    ):
        with pytest.raises(RuntimeError, match=word):
            module.apply_effects_tensor(source, 8000, effects)
    assert {"rate", "gain", "reverse"} <= set(module.effect_names())


FFMPEG = {
    "demuxers": ["wav", "flac"],
    "muxers": ["wav", "flac"],
    "audio_decoders": ["mp3", "flac", "aac"],
    "audio_encoders": ["flac"],
    "video_decoders": ["h264"],
    "video_encoders": ["mpeg4"],
}


def test_ffmpeg_utils_tell_of_pyav() -> None:
    """Names and descriptions; nothing is opened to find out about protocols, and no devices are used, whatever FFmpeg was built with."""
    utils = compat.standin("2.2").utils.ffmpeg_utils
    for kind, known in FFMPEG.items():
        assert all(getattr(utils, f"get_{kind}")()[name] for name in known), kind
    assert utils.get_input_devices() == utils.get_output_devices() == {}
    assert {"file", "https"} <= set(utils.get_input_protocols())
    assert "pipe" in utils.get_output_protocols()
    assert utils.get_versions()["libavcodec"] > (60, 0, 0)
    assert "--enable" in utils.get_build_config()
    before = utils.get_log_level()
    for level in (True, np.int64(24), 16):
        utils.set_log_level(level)
        assert utils.get_log_level() == level
    for level in ("16", 1.5, None):
        with pytest.raises(TypeError):
            utils.set_log_level(level)
    utils.set_log_level(before)


@pytest.mark.parametrize(("dtype", "peak"), [("uint8", 228), ("int16", 2**14), ("int32", 2**30), ("int64", 2**62)])
def test_save_of_2_9_scales_integers_with_a_warning(dtype: str, peak: int) -> None:
    """Where the release made noise of them, and without the flag we do too."""
    source = torch.full((1, 800), peak, dtype=getattr(torch, dtype))
    scaling, faithful = compat.standin("2.9"), compat.standin("2.9", scale_integers=False)
    with pytest.warns(compat.CompatWarning, match="scaled"):
        scaling.save("x.wav", source, 8000)
    expected = (peak - 128) / 128 if dtype == "uint8" else peak / (torch.iinfo(source.dtype).max + 1)
    assert abs(scaling.load("x.wav")[0].max().item() - expected) < 1e-3
    with warnings.catch_warnings(action="error"):
        faithful.save("x.wav", source, 8000)
    assert scaling.load("x.wav")[0].abs().max().item() > 0.99
    if dtype in ("int32", "int64"):
        with pytest.raises(RuntimeError, match="scale them before saving"):
            faithful.save("x.mp3", source, 8000)
