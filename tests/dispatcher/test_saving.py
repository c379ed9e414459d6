"""What ``save`` does to the file that was there before, and to file objects."""

import io
import os
import pathlib
import stat
import threading
from typing import Any

import pytest
import soundfile
import torch

import compat
import dispatcher
from tests.conftest import BACKENDS
from tests.doubles import WriteOnly, fails
from tests.tables import table

WAVE = torch.sin(torch.arange(1600) / 10).repeat(2, 1) / 2


@pytest.mark.parametrize("backend", BACKENDS)
@table(
    "given",
    {
        "encoding": {"encoding": "nonsense"},
        "bits": {"bits_per_sample": 12},
        "dimensions": {"src": WAVE[None]},
        "dtype": {"src": WAVE.to(torch.float16)},
        "rate": {"sample_rate": 16000.5},
        "compression": {"compression": "x"},
    },
)
def test_a_refused_call_leaves_the_target_as_it_was(given: dict[str, Any], backend: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"precious")
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        dispatcher.save(str(path), **{"src": WAVE, "sample_rate": 16000, "backend": backend, **given})
    assert path.read_bytes() == b"precious"
    assert os.listdir(tmp_path) == ["x.wav"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_failure_half_way_leaves_the_target_as_it_was(backend: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"precious")
    monkeypatch.setattr(os, "replace", fails(OSError(28, "No space left on device")))
    with pytest.raises(RuntimeError, match="No space left"):
        dispatcher.save(str(path), WAVE, 16000, backend=backend)
    assert path.read_bytes() == b"precious"
    assert os.listdir(tmp_path) == ["x.wav"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_mode_and_link_of_an_old_file_stay(backend: str, tmp_path: pathlib.Path) -> None:
    """A link goes on pointing where it did; a new file gets what the umask gives."""
    old, link, new = tmp_path / "old.wav", tmp_path / "link.wav", tmp_path / "new.wav"
    old.write_bytes(b"x")
    old.chmod(0o640)
    link.symlink_to(old)
    dispatcher.save(str(link), WAVE, 16000, backend=backend)
    assert link.is_symlink()
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert soundfile.info(old).frames == 1600
    umask = os.umask(0)
    os.umask(umask)
    dispatcher.save(str(new), WAVE, 16000, backend=backend)
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~umask


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_pipe_gets_the_whole_file(backend: str, tmp_path: pathlib.Path) -> None:
    path, got = tmp_path / "pipe.wav", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    dispatcher.save(str(path), WAVE, 16000, backend=backend)
    reader.join(10)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert soundfile.info(io.BytesIO(got[0])).frames == 1600


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_missing_folder_is_named(backend: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(RuntimeError, match="nowhere"):
        dispatcher.save(str(tmp_path / "nowhere" / "x.wav"), WAVE, 16000, backend=backend)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_a_file_object_gets_everything_or_nothing(backend: str) -> None:
    """At its position, which is then behind it; one that cannot seek, and takes little at a time, will do."""
    held = io.BytesIO(b"before")
    held.seek(6)
    dispatcher.save(held, WAVE, 16000, format="flac", backend=backend)
    assert held.getvalue().startswith(b"beforefLaC")
    assert held.tell() == len(held.getvalue())
    pipe = WriteOnly(1000)
    dispatcher.save(pipe, WAVE, 16000, format="wav", backend=backend)
    assert soundfile.info(io.BytesIO(pipe.data)).frames == 1600
    empty = io.BytesIO()
    with pytest.raises(ValueError, match="12"):
        dispatcher.save(empty, WAVE, 16000, format="wav", bits_per_sample=12, backend=backend)
    assert empty.getvalue() == b""


@pytest.mark.parametrize(
    "extension", ["wav", "flac", "mp3", "ogg", "vorbis", "opus", "m4a", "aac", "ac3", "aiff", "au", "caf", "w64", "wma", "mka", "wv", "tta"]
)
@pytest.mark.parametrize("channels", [1, 2])
def test_ffmpeg_writes_what_it_reads_again(extension: str, channels: int, tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / f"x.{extension}")
    wave = torch.sin(torch.arange(48000) / 20).repeat(channels, 1) / 2
    dispatcher.save(path, wave, 48000, backend="ffmpeg")
    again, rate = dispatcher.load(path, backend="ffmpeg")
    assert rate == 48000
    assert again.shape[1] - 48000 in range(-2048, 6145)
    assert abs(again[0].square().mean().sqrt() / wave[0].square().mean().sqrt() - 1) < (
        0.35 if extension == "vorbis" and channels == 1 else 0.1
    )


@pytest.mark.parametrize("extension", ["mka", "mkv", "nut", "ogv"])
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_matroska_keeps_channels_and_rate(extension: str, channels: int, tmp_path: pathlib.Path) -> None:
    """The default of PyAV's FFmpeg is AC-3 or mp3, of a few rates; the releases wrote Vorbis."""
    path = str(tmp_path / f"x.{extension}")
    dispatcher.save(path, torch.sin(torch.arange(8000) / 20).repeat(channels, 1) / 2, 12345, backend="ffmpeg")
    found = dispatcher.info(path, backend="ffmpeg")
    assert (found.num_channels, found.sample_rate, found.encoding) == (channels, 12345, "VORBIS" if channels == 2 else "FLAC")


@pytest.mark.parametrize(
    ("extension", "rate", "written"),
    [("mp3", 96000, 44100), ("mp3", 12345, 44100), ("mp2", 8000, 44100), ("ac3", 8000, 48000), ("aac", 12345, 96000)],
)
def test_a_rate_that_an_encoder_lacks_becomes_its_first(extension: str, rate: int, written: int, tmp_path: pathlib.Path) -> None:
    """As in the releases."""
    path = str(tmp_path / f"x.{extension}")
    dispatcher.save(path, torch.zeros(1, 8000), rate, backend="ffmpeg")
    assert dispatcher.info(path, backend="ffmpeg").sample_rate == written


def test_a_codec_config_sets_the_bit_rate(tmp_path: pathlib.Path) -> None:
    wave = torch.rand(2, 48000) - 0.5
    sizes = []
    for rate in (64_000, 128_000):
        dispatcher.save(str(tmp_path / "x.mp3"), wave, 48000, backend="ffmpeg", compression=dispatcher.CodecConfig(bit_rate=rate))
        sizes.append((tmp_path / "x.mp3").stat().st_size)
    assert 1.7 < sizes[1] / sizes[0] < 2.3
    for qscale in (1, 9):
        dispatcher.save(str(tmp_path / "x.mp3"), wave, 48000, backend="ffmpeg", compression=dispatcher.CodecConfig(qscale=qscale))
        sizes.append((tmp_path / "x.mp3").stat().st_size)
    assert sizes[2] > 1.5 * sizes[3]
    for level in (0, 12):
        config = dispatcher.CodecConfig(compression_level=level)
        dispatcher.save(str(tmp_path / "x.flac"), WAVE.repeat(1, 30), 48000, backend="ffmpeg", compression=config)
        sizes.append((tmp_path / "x.flac").stat().st_size)
    assert sizes[4] > sizes[5]


@pytest.mark.parametrize("extension", ["ogg", "flac"])
def test_soundfile_writes_minutes_at_once(extension: str, tmp_path: pathlib.Path) -> None:
    """libsndfile itself crashes on a minute of Vorbis given in one piece."""
    path = str(tmp_path / f"x.{extension}")
    dispatcher.save(path, torch.rand(2, 60 * 44100) - 0.5, 44100, backend="soundfile")
    assert soundfile.info(path).frames == 60 * 44100


@pytest.mark.parametrize("bit_rate", [float("nan"), float("inf"), 1e30, 10**400, -1])
def test_2_9_refuses_what_is_no_bit_rate(bit_rate: float, tmp_path: pathlib.Path) -> None:
    with pytest.raises(RuntimeError, match=r"compression=.* (is no bit rate|must not be negative)"):
        compat.standin("2.9").save(str(tmp_path / "x.mp3"), WAVE, 48000, compression=bit_rate)
