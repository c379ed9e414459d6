"""What ``save`` writes, what it does to the file that was there before, and to file objects."""

import io
import os
import pathlib
import stat
import subprocess
import types
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
import soundfile
import torch

import compat
import dispatcher
from dispatcher.writing import target
from tests.codemod.commands import contents, put
from tests.conftest import BACKENDS
from tests.doubles import WriteOnly, fails
from tests.outcomes import observed
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
def test_a_refused_call_leaves_the_target_as_it_was(given: dict[str, Any], backend: str) -> None:
    put({"x.wav": "precious"})
    with pytest.raises((ValueError, TypeError, RuntimeError)):
        dispatcher.save("x.wav", **{"src": WAVE, "sample_rate": 16000, **given}, backend=backend)
    assert contents() == {"x.wav": b"precious"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_failure_of_the_last_step_leaves_the_target_as_it_was(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new file is whole, and cannot take the place of the old one."""
    put({"x.wav": "precious"})
    monkeypatch.setattr(os, "replace", fails(OSError(28, "No space left on device")))
    with pytest.raises(RuntimeError, match="No space left"):
        dispatcher.save("x.wav", WAVE, 16000, backend=backend)
    assert contents() == {"x.wav": b"precious"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_mode_and_link_of_an_old_file_stay(backend: str) -> None:
    """A link goes on pointing where it did; a new file gets what the umask gives."""
    pathlib.Path("fresh").touch()
    pathlib.Path("old.wav").touch(0o640)
    os.symlink("old.wav", "link.wav")
    for name in ("link.wav", "new.wav"):
        dispatcher.save(name, WAVE, 16000, backend=backend)
    assert os.readlink("link.wav") == "old.wav"
    assert stat.S_IMODE(os.stat("old.wav").st_mode) == 0o640
    assert soundfile.info("old.wav").frames == 1600
    assert os.stat("new.wav").st_mode == os.stat("fresh").st_mode


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_pipe_gets_the_whole_file(backend: str) -> None:
    os.mkfifo("pipe.wav")
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit(pathlib.Path("pipe.wav").read_bytes)
        dispatcher.save("pipe.wav", WAVE, 16000, backend=backend)
    assert stat.S_ISFIFO(os.stat("pipe.wav").st_mode)
    assert soundfile.info(io.BytesIO(got.result())).frames == 1600


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_missing_folder_is_named(backend: str) -> None:
    with pytest.raises(RuntimeError, match="nowhere"):
        dispatcher.save("nowhere/x.wav", WAVE, 16000, backend=backend)
    assert not os.listdir()


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
def test_ffmpeg_writes_what_it_reads_again(extension: str, channels: int) -> None:
    wave = torch.sin(torch.arange(48000) / 20).repeat(channels, 1) / 2
    dispatcher.save(f"x.{extension}", wave, 48000, backend="ffmpeg")
    again, rate = dispatcher.load(f"x.{extension}", backend="ffmpeg")
    assert rate == 48000
    assert again.shape[1] - 48000 in range(-2048, 6145)
    assert abs(again[0].square().mean().sqrt() / wave[0].square().mean().sqrt() - 1) < (
        0.35 if extension == "vorbis" and channels == 1 else 0.1
    )


# what is saved, and what is stored
@table(
    "name, channels, rate, stored",
    {
        # the default of PyAV's FFmpeg is AC-3 or mp3, of a few rates; the releases wrote Vorbis
        **{
            f"{channels} channels in {name}": (name, channels, 12345, (channels, 12345, "VORBIS" if channels == 2 else "FLAC"))
            for name in ("x.mka", "x.mkv", "x.nut", "x.ogv")
            for channels in (1, 2, 3)
        },
        # a rate that an encoder lacks becomes its first, as in the releases
        "a rate above those of mp3": ("x.mp3", 1, 96000, (1, 44100, "MP3")),
        "a rate between those of mp3": ("x.mp3", 1, 12345, (1, 44100, "MP3")),
        "a rate below those of mp2": ("x.mp2", 1, 8000, (1, 44100, "MP2")),
        "a rate below those of ac3": ("x.ac3", 1, 8000, (1, 48000, "AC3")),
        "a rate between those of aac": ("x.aac", 1, 12345, (1, 96000, "AAC")),
    },
)
def test_channels_and_rates_that_ffmpeg_stores(name: str, channels: int, rate: int, stored: tuple[int, int, str]) -> None:
    dispatcher.save(name, torch.sin(torch.arange(8000) / 20).repeat(channels, 1) / 2, rate, backend="ffmpeg")
    found = dispatcher.info(name, backend="ffmpeg")
    assert (found.num_channels, found.sample_rate, found.encoding) == stored


@pytest.mark.libsox
@table(
    "arguments, says",
    {
        "another encoding in aiff": ({"uri": "x.aiff", "encoding": "PCM_F"}, "stores 16 bits of each sample in aiff"),
        "another depth in w64": ({"uri": "x.w64", "bits_per_sample": 24}, "stores 16 bits of each sample in w64"),
        "the encoding of au": ({"uri": "x.au", "encoding": "PCM_S", "bits_per_sample": 16}, None),
        "mu-law": ({"uri": "x.ul"}, None),
        "the encoding of mu-law": ({"uri": "x.ul", "encoding": "ULAW", "bits_per_sample": 8}, None),
        "the encoding of A-law": ({"uri": "x.al", "encoding": "ALAW"}, None),
        "another encoding in mu-law": ({"uri": "x.ul", "encoding": "PCM_F"}, "stores 8 bits of each sample in mulaw"),
        "another encoding in wav": ({"uri": "x.wav", "encoding": "PCM_F", "bits_per_sample": 32}, None),
        "a bit depth for mp3, which has none": ({"uri": "x.mp3", "bits_per_sample": 24}, None),
        "WavPack": ({"uri": "x.wv"}, "stores 8 bits of each sample in wv"),
        "WavPack of 8 bits": ({"uri": "x.wv", "src": WAVE.mul(100).add(128).byte()}, None),
        "TTA": ({"uri": "x.tta", "src": WAVE.mul(3e4).short()}, "stores 8 bits of each sample in tta"),
        "three channels in AAC": ({"uri": "x.m4a", "src": WAVE[:1].repeat(3, 1)}, "only the bass of channel 3"),
        "six channels in AAC": ({"uri": "x.aac", "src": WAVE[:1].repeat(6, 1)}, "only the bass of channel 4"),
        "four channels in AAC": ({"uri": "x.m4a", "src": WAVE[:1].repeat(4, 1)}, None),
        "six channels in mka, which get flac": ({"uri": "x.mka", "src": WAVE[:1].repeat(6, 1)}, None),
        "two channels in ogg": ({"uri": "x.ogg"}, "distorts the second channel"),
        "two channels in mka": ({"uri": "x.mka"}, "distorts the second channel"),
        "two channels in vorbis, as the releases wrote it": ({"uri": "x.vorbis"}, None),
        "one channel in ogg, which gets flac": ({"uri": "x.ogg", "src": WAVE[:1]}, None),
        "two channels in ogg by soundfile": ({"uri": "x.ogg", "backend": "soundfile"}, None),
        "amr-nb, slower": ({"uri": "x.amr-nb", "src": WAVE[:1], "backend": "sox"}, "writes 8000 Hz into amr-nb in place of 16000"),
        "amr-nb, as it is": ({"uri": "x.amr-nb", "src": WAVE[:1], "sample_rate": 8000, "backend": "sox"}, None),
        "mp3 of a rate that it lacks": (
            {"uri": "x.mp3", "sample_rate": 6000, "backend": "sox"},
            "writes 8000 Hz into mp3 in place of 6000",
        ),
        "a rate of 0": ({"uri": "x.wav", "sample_rate": 0, "backend": "sox"}, None),
    },
)
def test_what_a_file_loses_in_saving_is_told(arguments: dict[str, Any], says: str | None) -> None:
    """The file is that of the releases, which were silent."""
    failed, told = observed(dispatcher.save, **{"src": WAVE, "sample_rate": 16000, "backend": "ffmpeg", **arguments})
    assert (failed, [says in str(each) if says else each for each in told]) == (None, [True] * bool(says))


def test_a_codec_config_sets_the_bit_rate() -> None:
    noise, tone = torch.rand(2, 48000) - 0.5, WAVE.repeat(1, 30)

    def size(name: str, wave: torch.Tensor, **given: int) -> int:
        dispatcher.save(name, wave, 48000, backend="ffmpeg", compression=dispatcher.CodecConfig(**given))
        return os.path.getsize(name)

    assert 1.7 < size("x.mp3", noise, bit_rate=128_000) / size("x.mp3", noise, bit_rate=64_000) < 2.3
    assert size("x.mp3", noise, qscale=1) > 1.5 * size("x.mp3", noise, qscale=9)
    assert size("x.flac", tone, compression_level=0) > size("x.flac", tone, compression_level=12)


@pytest.mark.parametrize("extension", ["ogg", "flac"])
def test_soundfile_writes_minutes_at_once(extension: str) -> None:
    """libsndfile itself crashes on a minute of Vorbis given in one piece."""
    dispatcher.save(f"x.{extension}", torch.rand(2, 60 * 44100) - 0.5, 44100, backend="soundfile")
    assert soundfile.info(f"x.{extension}").frames == 60 * 44100


@pytest.mark.parametrize("bit_rate", [float("nan"), float("inf"), 1e30, 10**400, -1])
def test_2_9_refuses_what_is_no_bit_rate(bit_rate: float) -> None:
    with pytest.raises(RuntimeError, match=r"compression=.* (is no bit rate|must not be negative)"):
        compat.standin("2.9").save("x.mp3", WAVE, 48000, compression=bit_rate)


@pytest.mark.filterwarnings("ignore:Dynamo does not know")
def test_a_compiled_function_saves_what_another_one_does() -> None:
    def save(name: str, waveform: torch.Tensor) -> None:
        dispatcher.save(name, waveform * 0.5, 16000, backend="ffmpeg")

    save("x.wav", WAVE)
    torch.compile(save, backend="eager")("y.wav", WAVE)
    assert torch.equal(dispatcher.load("y.wav")[0], dispatcher.load("x.wav")[0])


@pytest.mark.skipif(os.name == "nt", reason="owners of POSIX")
@pytest.mark.parametrize("allowed", [True, False])
def test_a_file_of_somebody_else_stays_theirs_where_that_may_be(monkeypatch: pytest.MonkeyPatch, allowed: bool) -> None:
    put({"theirs.wav": "old"})
    owner = os.stat("theirs.wav")
    chown = mock.Mock(side_effect=None if allowed else PermissionError("only root may"))
    monkeypatch.setattr(os, "geteuid", lambda: owner.st_uid + 1)
    monkeypatch.setattr(os, "chown", chown)
    dispatcher.save("theirs.wav", torch.zeros(1, 100), 8000)
    assert [call.args[1:] for call in chown.call_args_list] == [(owner.st_uid, owner.st_gid)]
    assert dispatcher.info("theirs.wav").num_frames == 100
    assert os.listdir() == ["theirs.wav"]


@pytest.mark.parametrize(("size", "takes"), [(3, 2), (4096, 1000), (4096, 4095), (8192, 4096), (9999, 1), (131072, 65536)])
def test_bytes_arrive_in_order_however_few_are_taken(size: int, takes: int) -> None:
    data, sink = bytes(number % 251 for number in range(size)), WriteOnly(takes)
    target.deliver(sink, data)
    assert sink.data == data
    given: list[bytes] = []
    target.deliver(types.SimpleNamespace(write=given.append), data)  # it does not say how much it took
    assert given == [data]


@pytest.mark.parametrize("kind", ["hls", "dash"])
def test_a_muxer_of_several_files_names_them_after_the_path(kind: str) -> None:
    """The list names the files that are there, and none has a temporary name."""
    dispatcher.save(f"x.{kind}", torch.zeros(1, 16000), 16000, format=kind, backend="ffmpeg")
    names = {*os.listdir()} - {f"x.{kind}"}
    assert names
    assert not [name for name in names if name.startswith(".")]
    if kind == "hls":
        assert names == {line for line in contents()["x.hls"].decode().splitlines() if line and not line.startswith("#")}
    with pytest.raises(RuntimeError, match=f"{kind} writes several files, which one file object cannot hold; pass a path"):
        dispatcher.save(io.BytesIO(), torch.zeros(1, 16000), 16000, format=kind, backend="ffmpeg")


RATE, SECONDS = 44100, 8
FRAMES = RATE * SECONDS
# how many dB the difference from what the command makes of it lies below the sound, at least; Vorbis is by an encoder of less quality
BY_FFMPEG = {"mp3": 25, "m4a": 15, "mp4": 15, "mka": 5, "opus": 8, "mp2": 25, "wma": 12, "ogg": 5}


@pytest.fixture(scope="module")
def sound() -> torch.Tensor:
    """Tones that go up, and noise, different in the two channels; int16."""
    time = torch.arange(FRAMES, dtype=torch.float64) / RATE
    noise = torch.rand(2, FRAMES, generator=torch.Generator().manual_seed(7), dtype=torch.float64) - 0.5
    tones = torch.stack([torch.sin(2 * torch.pi * (110 * (channel + 1) * time + 20 * time**2 / 2)) for channel in range(2)])
    return ((0.4 * tones + 0.02 * noise) * 32767).to(torch.int16)


def _below(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """How far, in dB, the difference of two sounds lies below the sound."""
    assert abs(found.shape[1] - wanted.shape[1]) <= 2304
    frames = min(found.shape[1], wanted.shape[1])
    found, wanted = found[:, :frames].double(), wanted[:, :frames].double()
    return float(10 * torch.log10(wanted.square().mean() / (found - wanted).square().mean().clamp(min=1e-30)))


@pytest.mark.ffmpeg_command
@pytest.mark.parametrize("extension", BY_FFMPEG)
def test_ffmpeg_writes_what_its_command_writes(extension: str, sound: torch.Tensor) -> None:
    """Of another version, whose encoders may differ; rate, channels, length and sound are the same."""
    ours, theirs = f"ours.{extension}", f"theirs.{extension}"
    dispatcher.save("sound.wav", sound, RATE, backend="soundfile")
    dispatcher.save(ours, sound, RATE, backend="ffmpeg")
    rate = ["-b:a", "128k"] if extension == "wma" else []
    subprocess.run(["ffmpeg", "-v", "error", "-i", "sound.wav", *rate, theirs], check=True)
    (found, rate_of_ours), (wanted, rate_of_theirs) = (dispatcher.load(path, backend="ffmpeg") for path in (ours, theirs))
    assert rate_of_ours == rate_of_theirs
    assert _below(found, wanted) > BY_FFMPEG[extension]


@pytest.mark.libsox
@pytest.mark.sox_command
@pytest.mark.parametrize(("kind", "is_speech"), [("ogg", False), ("mp3", False), ("gsm", True), ("amr-nb", True)])
def test_sox_writes_what_its_command_writes(kind: str, is_speech: bool, sound: torch.Tensor) -> None:
    """To the sample: it is the same library. Those for speech hold one channel at 8000 Hz, and nothing of chance or time."""
    given, rate = (sound[:1, : 8000 * SECONDS], 8000) if is_speech else (sound, RATE)
    ours, theirs = f"ours.{kind}", f"theirs.{kind}"
    dispatcher.save("sound.wav", given, rate, backend="soundfile")
    dispatcher.save(ours, given, rate, format=kind, backend="sox")
    subprocess.run(["sox", "-D", "sound.wav", "-t", kind, theirs], check=True)
    found, wanted = (dispatcher.load(path, backend="sox")[0] for path in (ours, theirs))
    assert torch.equal(found, wanted)
    assert not is_speech or pathlib.Path(ours).read_bytes() == pathlib.Path(theirs).read_bytes()


@pytest.mark.parametrize(("channels", "mixes"), [(1, False), (2, False), (6, True)])
def test_channels_that_the_vorbis_encoder_mixes_are_warned_of(channels: int, mixes: bool) -> None:
    _, warned = observed(dispatcher.save, "x.vorbis", torch.zeros(channels, 800), 16000, backend="ffmpeg")
    assert ["mixes the 6 channels into 2" in str(each) for each in warned] == [True] * mixes


@pytest.mark.parametrize("reader", ["soundfile", "ffmpeg"])
@pytest.mark.parametrize("extension", ["ogg", "mp3"])
def test_soundfile_writes_what_reads_as_the_sound(extension: str, reader: str, sound: torch.Tensor) -> None:
    """It has no command to compare with. The delay of an mp3 encoder stays; FFmpeg leaves out the first block of Vorbis as libsndfile writes it."""
    dispatcher.save(f"x.{extension}", sound, RATE, backend="soundfile")
    found, wanted = dispatcher.load(f"x.{extension}", backend=reader)[0], sound.float() / 32768
    assert max(_below(found[:, _delay(found, wanted) :], wanted), _below(found, wanted[:, _delay(wanted, found) :])) > 20


def _delay(found: torch.Tensor, wanted: torch.Tensor) -> int:
    """By how many frames one sound lags behind another."""
    piece = wanted[0, 100_000:104_096]
    shifted = found[0, 100_000 : 104_096 + 2304].unfold(0, len(piece), 1)
    return int((shifted - piece).square().sum(1).argmin())
