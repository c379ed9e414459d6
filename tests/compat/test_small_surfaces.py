"""Small things that old code sees of the releases: texts, keys, parameters, warnings."""

import inspect
import io
import pathlib
import warnings
from typing import Any

import pytest
import torch

import compat
import dispatcher
from dispatcher.notices import IgnoredArgumentWarning
from tests.conftest import ASSETS
from tests.streaming import saved
from tests.tables import table

SOUND = (torch.arange(8000) % 200 * 100).to(torch.int16)[None]


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2", "2.8"])
def test_metadata_is_printed_without_quotes(release: str) -> None:
    found = compat.standin(release).info(str(ASSETS / "stereo_s16.wav"))
    assert str(found) == f"AudioMetaData(sample_rate=16000, num_frames=4000, num_channels=2, bits_per_sample=16, encoding={found.encoding})"
    assert f"{found}" == str(found)
    made: Any = getattr(compat.standin(release), "AudioMetaData", type(found))
    assert list(inspect.signature(made).parameters) == ["sample_rate", "num_frames", "num_channels", "bits_per_sample", "encoding"]


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2", "2.8"])
def test_five_libraries_have_versions(release: str) -> None:
    torchaudio: Any = compat.standin(release)
    found = torchaudio.utils.ffmpeg_utils.get_versions()
    assert sorted(found) == ["libavcodec", "libavdevice", "libavfilter", "libavformat", "libavutil"]
    assert all(len(version) == 3 for version in found.values())


@pytest.mark.parametrize("release", ["2.0", "2.1", "2.2"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_backend_has_the_parameters_of_old(release: str) -> None:
    """Of before 0.8, and raises RuntimeError with them."""
    torchaudio: Any = compat.standin(release)
    module = torchaudio.backend.no_backend
    with warnings.catch_warnings(action="ignore"):
        load, save, info = module.load, module.save, module.info
    assert list(inspect.signature(load).parameters) == [
        "filepath", "out", "normalization", "channels_first", "num_frames", "offset", "filetype",
    ]  # fmt: skip
    assert list(inspect.signature(save).parameters) == ["filepath", "src", "sample_rate", "precision", "channels_first"]
    assert list(inspect.signature(info).parameters) == ["filepath"]
    for call in (lambda: load("a.wav", None, True), lambda: save("a.wav", SOUND, 8000, precision=16), lambda: info("a.wav")):
        with pytest.raises(RuntimeError, match="no audio backend"):
            call()


@pytest.mark.parametrize(("release", "warned"), [("2.0", 0), ("2.1", 1), ("2.2", 1)])
@pytest.mark.parametrize("module", ["sox_io_backend", "soundfile_backend", "no_backend", "common"])
def test_a_missing_name_warns_before_it_is_missing(release: str, warned: int, module: str) -> None:
    """From 2.1 on; not of the module that knew its one name."""
    torchaudio: Any = compat.standin(release)
    with warnings.catch_warnings(record=True, action="always") as told:
        with pytest.raises(AttributeError):
            getattr(getattr(torchaudio.backend, module), "nothing_of_the_kind")  # noqa: B009 - as old code asks for it
    assert len(told) == (warned if module != "common" else 0)
    assert not told or told[0].filename == __file__


@pytest.mark.libsox
@pytest.mark.parametrize("bits", [None, 8, 16, 24, 32])
@pytest.mark.parametrize("release", ["2.0", "2.2"])
def test_sphere_takes_a_law_of_any_depth(release: str, bits: int | None, tmp_path: pathlib.Path) -> None:
    """libsox stores it as linear samples of that depth, and says so nowhere; here a warning does."""
    path = tmp_path / "x.sph"
    torchaudio: Any = compat.standin(release)
    named = {"backend": "sox"} if release == "2.2" else {}
    with warnings.catch_warnings(record=True, action="always") as told:
        torchaudio.save(str(path), SOUND, 8000, encoding="ALAW", bits_per_sample=bits, **named)
    found = dispatcher.info(str(path), backend="sox")
    assert (found.num_frames, found.bits_per_sample) == (8000, bits or 8)
    stored = found.encoding == "ALAW"
    assert stored or any(issubclass(warning.category, IgnoredArgumentWarning) for warning in told)
    with pytest.raises(RuntimeError, match="takes no bits_per_sample=64; it takes 8, 16, 24, 32"):
        torchaudio.save(str(path), SOUND, 8000, encoding="ALAW", bits_per_sample=64, **named)


@pytest.mark.libsox
@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "mp3"])
def test_effects_of_a_file_object(kind: str) -> None:
    """In 2.0 with a warning; later RuntimeError, whose advice works."""
    data = saved(SOUND.float() / 32768, 8000, kind)
    rows = [["rate", "4000"]]
    with pytest.warns(UserWarning, match="file objects for apply_effects_file are deprecated"):
        found, rate = compat.standin("2.0").sox_effects.apply_effects_file(io.BytesIO(data), rows, format=kind)  # type: ignore[attr-defined]
    assert rate == 4000
    later: Any = compat.standin("2.1")
    with pytest.raises(RuntimeError, match=r"<BytesIO>.*Pass a path, or load\(\) the file object and use apply_effects_tensor"):
        later.sox_effects.apply_effects_file(io.BytesIO(data), rows, format=kind)
    again, same = later.sox_effects.apply_effects_tensor(*later.load(io.BytesIO(data), backend="soundfile"), rows)
    assert same == 4000
    assert abs(again.shape[1] - found.shape[1]) <= 1200


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


TONE = torch.sin(torch.arange(8000) / 10).repeat(2, 1) / 2
FFMPEG = compat.standin("2.0", backends=["ffmpeg"]).functional


# the arguments, and by how much samples may differ, where the codec neither moves nor drowns them
@table(
    "named, close",
    {
        "flac": ({"format": "flac"}, 0.001),
        "flac, smallest": ({"format": "flac", "compression": 8}, 0.001),
        "mu-law": ({"format": "wav", "encoding": "ULAW", "bits_per_sample": 8}, 0.03),
        "wav of 24 bits": ({"format": "wav", "bits_per_sample": 24}, 0.001),
        "mp3 at 64 kbit/s": ({"format": "mp3", "compression": 64}, None),
        "mp3 of a quality": ({"format": "mp3", "compression": -2}, None),
        "vorbis": ({"format": "vorbis"}, None),
    },
)
@pytest.mark.parametrize("backends", [pytest.param(None, id="libsox", marks=pytest.mark.libsox), pytest.param(["ffmpeg"], id="FFmpeg")])
def test_what_comes_back_sounds_the_same(named: dict[str, Any], close: float | None, backends: list[str] | None) -> None:
    apply_codec = compat.standin("2.0", backends=backends).functional.apply_codec
    found = apply_codec(TONE, 16000, **named)
    assert found.dtype is torch.float32
    assert found.shape[0] == 2
    assert 8000 <= found.shape[1] < 11000
    assert abs(float(found[:, 2400:8000].std()) - float(TONE.std())) < 0.02  # behind the delay of an mp3
    assert close is None or torch.allclose(found, TONE, atol=close)
    assert apply_codec(TONE.t(), 16000, channels_first=False, **named).shape == found.t().shape


def test_a_codec_of_another_rate_comes_back_at_the_rate_that_went_in() -> None:
    """G.722 is always 16,000 Hz."""
    assert FFMPEG.apply_codec(TONE, 8000, "g722").shape[1] == pytest.approx(8000, abs=100)


def test_compression_must_be_a_number() -> None:
    with pytest.raises(ValueError, match="compression is a number here, not str"):
        FFMPEG.apply_codec(TONE, 8000, "mp3", compression="64")
