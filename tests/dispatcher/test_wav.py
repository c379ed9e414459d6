"""WAV files read without a library, and files whose samples a library takes for others."""

import contextlib
import functools
import io
import mmap
import os
import pathlib
import re
import struct
import subprocess
import wave
from collections.abc import Iterator
from typing import Any

import hypothesis
import numpy as np
import pytest
import soundfile
import torch
from hypothesis import strategies as st

import compat
import dispatcher
from dispatcher import AudioMetaData, plain_wav
from dispatcher.notices import DamagedInputWarning, MisreadInputWarning
from dispatcher.plain_wav import hidden_bitstreams
from dispatcher.reading.opened import opened
from tests.outcomes import observed
from tests.tables import table

_GUID = bytes.fromhex("000000001000800000aa00389b71")


@st.composite
def waves(draw: st.DrawFn) -> bytes:
    """WAV files, most of them plain, some odd in one way or another."""
    odd = draw(st.sampled_from(["no"] * 8 + ["tag", "bits", "align", "rate", "size", "cut", "chunk", "twice", "valid", "extra"]))
    channels, rate = draw(st.integers(1, 8)), draw(st.sampled_from([8000, 16000, 44100, 96000]))
    tag, bits = draw(st.sampled_from([(1, 8), (1, 16), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)]))
    frames = draw(st.integers(0, 3000))
    generator = np.random.default_rng(draw(st.integers(0, 9)))
    kind = draw(st.sampled_from(["noise", "quiet", "zeros"]))
    if tag == 3:
        data = generator.standard_normal(frames * channels).astype(f"<f{bits // 8}").tobytes()
    else:
        loud = {"noise": 1 << (bits - 1), "quiet": 4, "zeros": 1}[kind]
        values = generator.integers(-loud + (kind == "zeros"), loud, frames * channels) + (128 if bits == 8 else 0)
        data = values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, : bits // 8].tobytes()
    if odd == "tag":
        tag = draw(st.sampled_from([2, 6, 7, 17, 0x55]))
    stored = draw(st.sampled_from([4, 12, 20])) if odd == "bits" else bits
    align = max(channels * bits // 8 + (draw(st.integers(-2, 2)) if odd == "align" else 0), 0)
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * align + (odd == "rate") * 7, align, stored)
    if draw(st.booleans()):
        valid = bits - 4 if odd == "valid" else bits
        form = struct.pack("<H", 0xFFFE) + form[2:] + struct.pack("<HHIH", 22, valid, 0, tag) + _GUID
    elif odd == "extra":
        form += b"\2\0\1\2"
    idle = draw(st.lists(st.sampled_from([b"LIST", b"fact", b"JUNK", b"PAD ", b"PEAK", b"smpl"]), max_size=2))
    chunks = [(b"fmt ", form), *((name, b"INFOISFT\4\0\0\0abc\0") for name in idle), (b"data", data)]
    if odd == "chunk":
        chunks.insert(draw(st.integers(0, len(chunks))), (draw(st.sampled_from([b"ds64", b"bext", b"id3 ", b"\0\0\0\0"])), b"1234"))
    if odd == "twice":
        chunks.append(draw(st.sampled_from(chunks)))
    if draw(st.booleans()):
        chunks.append((b"LIST", b"INFOINAM\4\0\0\0abc\0"))
    body = b"".join(name + struct.pack("<I", len(held)) + held + b"\0" * (len(held) & 1) for name, held in chunks)
    if odd == "size":
        at = body.index(b"data") + 4
        body = body[:at] + struct.pack("<I", draw(st.sampled_from([0, 1, 0xFFFFFFFF, len(data) + 1000]))) + body[at + 4 :]
    if odd == "cut":
        body = body[: draw(st.integers(0, len(body)))]
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


class ByTheLibrary(io.BytesIO):
    """An object that is read through the library, since somebody may see how it is read."""


def _outcome(call: Any, *arguments: Any, **named: Any) -> Any:
    value, told = observed(call, *arguments, **named)
    said = [type(each) for each in told]
    if isinstance(value, Exception):
        return type(value), said
    if isinstance(value, tuple):
        waveform, rate = value
        return waveform.dtype, tuple(waveform.shape), waveform.numpy().tobytes(), waveform.is_contiguous(), rate, said
    return vars(value), said


@hypothesis.settings(max_examples=300, deadline=None, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(
    data=waves(),
    offset=st.sampled_from([0, 0, 0, 1, 700, 2999, 5000]),
    frames=st.sampled_from([-1, -1, 1, 900, 10**6, 0]),
    normalize=st.booleans(),
    channels_first=st.booleans(),
)
def test_a_path_gives_what_the_library_gives(
    data: bytes, offset: int, frames: int, normalize: bool, channels_first: bool, tmp_path: pathlib.Path
) -> None:
    """Samples to the bit, dtype, layout, rate, errors and warnings, of files plain and odd; and so does ``info``."""
    path = tmp_path / "x.wav"
    path.write_bytes(data)
    asked = {"frame_offset": offset, "num_frames": frames, "normalize": normalize, "channels_first": channels_first}
    for backend in (None, "ffmpeg", "soundfile"):
        library = backend or "ffmpeg"
        before = b"before" * (offset % 2)
        held, measure = io.BytesIO(before + data), ByTheLibrary(before + data)
        for one in (held, measure):
            one.seek(len(before))
        theirs = _outcome(dispatcher.load, measure, backend=library, **asked)
        with path.open("rb") as file:
            for place in (str(path), held, file):
                assert theirs == _outcome(dispatcher.load, place, backend=backend, **asked)
            assert (held.tell(), file.tell()) == (measure.tell(), measure.tell() - len(before))
        theirs = _outcome(dispatcher.info, ByTheLibrary(data), backend=library)
        assert theirs == _outcome(dispatcher.info, path, backend=backend)


@contextlib.contextmanager
def _plain(path: str | None) -> Iterator[plain_wav.PlainWav | None]:
    with opened(path) as file:
        yield plain_wav.of_ffmpeg(file)


def _written(data: bytes, rate: int = 16000) -> pathlib.Path:
    with wave.open("x.wav", "wb") as file:
        file.setparams((2, 2, rate, 0, "NONE", ""))
        file.writeframes(data[: len(data) // 4 * 4])
    return pathlib.Path("x.wav")


TONE = (np.sin(np.arange(200_000) / 20) * 20000).astype("<i2").tobytes()


def test_plain_files_are_taken_and_odd_ones_are_not() -> None:
    """What the property above compares is not FFmpeg with itself."""
    path = _written(TONE)
    with _plain("x.wav") as plain:
        assert plain is not None
        assert str(plain.metadata()) == str(AudioMetaData(16000, 100_000, 2, 16, "PCM_S"))
    path.write_bytes(path.read_bytes()[:-1])
    for odd in ("x.wav", None, ".", "missing.wav", "/dev/null", "a\0b"):
        with _plain(odd) as plain:
            assert plain is None


@pytest.mark.ffmpeg_command
@pytest.mark.parametrize("before", [b"", b"\0" * 1000, b"\1\2\3\4" * 250], ids=["nothing", "zeros", "sound"])
@pytest.mark.parametrize(
    ("codec", "options"),
    {
        "dca": ["-strict", "-2", "-f", "dts"],
        "ac3": ["-f", "ac3"],
        "eac3": ["-f", "eac3"],
        "libmp3lame": ["-f", "mp3", "-id3v2_version", "0", "-write_xing", "0"],
        "mp2": ["-f", "mp2"],
        "aac": ["-f", "adts"],
        "aac (loas)": ["-f", "latm"],
        "truehd": ["-strict", "-2", "-f", "truehd"],
        "ac3 (bursts)": ["-f", "spdif"],
    }.items(),
)
def test_a_compressed_stream_in_a_wav_file_is_left_to_ffmpeg(codec: str, options: list[str], before: bytes) -> None:
    """Which decodes it; as PCM it would be noise, loud enough to hurt."""
    source = ["-f", "lavfi", "-i", "sine=440:sample_rate=48000:duration=8", "-ac", "2"]
    encoder = ["-c:a", codec.partition(" ")[0], *options]
    subprocess.run(["ffmpeg", "-loglevel", "error", *source, *encoder, "stream"], check=True)
    _written(before + pathlib.Path("stream").read_bytes(), 48000)
    with _plain("x.wav") as plain:
        assert plain is None


def test_a_file_that_is_cut_while_it_is_read_is_left_to_ffmpeg() -> None:
    """The frames that are gone are not made up."""
    _written(TONE)
    with _plain("x.wav") as plain:
        assert plain is not None
        os.truncate("x.wav", 100_000)
        assert plain.piece(0, -1, True, True) is None
        assert plain.piece(10, -1, False, False) is None
        assert plain.piece(0, 1000, True, True) is not None


@pytest.mark.parametrize("before", [0, 2000])
@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile"])
def test_a_header_that_changes_without_a_new_time_is_read_again(backend: str, before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What writes through mmap changes a page's time once; copying with times keeps the old one on Windows, sshfs and FAT."""
    monkeypatch.setattr("dispatcher.reading.opened._SETTLED", -(10**12))
    path = _written(TONE)
    other = io.BytesIO()
    with wave.open(other, "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        file.writeframes(TONE)
    junk = b"JUNK" + struct.pack("<I", before) + bytes(before)
    first, then = (data[:12] + junk + data[12:] for data in (path.read_bytes(), other.getvalue()))
    path.write_bytes(first)
    with path.open("r+b") as raw, mmap.mmap(raw.fileno(), 0) as mapped:
        mapped[:] = mapped[:]
        assert dispatcher.load("x.wav", backend=backend)[0].shape == (2, 100_000)
        mapped[:] = then
        waveform, rate = dispatcher.load("x.wav", backend=backend)
        assert (waveform.shape, rate) == ((1, 200_000), 48000)
        assert dispatcher.info("x.wav", backend=backend).sample_rate == 48000


@pytest.mark.parametrize("sync", ["7ffe8001", "fe7f0180", "1fffe800", "ff1f00e8", "64582025", "72f81f4e", "f8724e1f", "f8726fba"])
def test_a_single_sync_word_is_enough_for_ffmpeg_to_be_asked(sync: str) -> None:
    """Of those that are too long to be chance; without it, the same data is plain."""
    silence = b"\2" * 1000
    assert hidden_bitstreams.possible(silence + bytes.fromhex(sync) + silence)
    assert not hidden_bitstreams.possible(silence + bytes.fromhex(sync)[:3] + silence)


_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_GUID = bytes.fromhex("000000001000800000aa00389b71")


def _wav(order: str, tag: int, width: int, bits: int, data: bytes) -> bytes:
    form = struct.pack(f"{order}HHIIHH", tag, 1, 16000, 16000 * width, width, 8 * width if tag == _EXTENSIBLE else bits)
    if tag == _EXTENSIBLE:
        form += struct.pack("<HHIH", 22, bits, 4, _PCM) + _GUID
    body = b"".join(name + struct.pack(f"{order}I", len(each)) + each for name, each in ((b"fmt ", form), (b"data", data)))
    return (b"RIFX" if order == ">" else b"RIFF") + struct.pack(f"{order}I", 4 + len(body)) + b"WAVE" + body


_NUMBERS = [1000, -2000, 3000, -4000] * 200
EXPECTED = torch.tensor([_NUMBERS]) / 32768
_WIDE = struct.pack("<800i", *(number << 16 for number in _NUMBERS))


def _g721() -> bytes:
    made = io.BytesIO()
    soundfile.write(made, EXPECTED[0].numpy(), 8000, "G721_32", format="WAV")
    return made.getvalue()


@table(
    "data, why",
    {
        "24 in 32 bits": (_wav("<", _EXTENSIBLE, 4, 24, _WIDE), "24-bit"),
        "24 in 32 bits, without the extension": (_wav("<", _PCM, 4, 24, _WIDE), "24-bit.*doctor FILE"),
        "RIFX": (_wav(">", _PCM, 2, 16, struct.pack(">800h", *_NUMBERS)), "byte order"),
        "RIFX of floats": (_wav(">", _FLOAT, 4, 32, struct.pack(">800f", *(number / 32768 for number in _NUMBERS))), "byte order"),
        "G.721": (_g721(), "G.721.*doctor FILE"),
        "24 bits": (_wav("<", _PCM, 3, 24, b"".join((number << 8).to_bytes(3, "little", signed=True) for number in _NUMBERS)), ""),
        "floats": (_wav("<", _FLOAT, 4, 32, struct.pack("<800f", *(number / 32768 for number in _NUMBERS))), ""),
    },
)
def test_noise_is_warned_of_and_the_other_backend_reads_it(data: bytes, why: str) -> None:
    pathlib.Path("x.wav").write_bytes(data)
    for load in (
        functools.partial(compat.load, "x.wav", backend="ffmpeg"),
        functools.partial(compat.load, io.BytesIO(data), backend="ffmpeg"),
        functools.partial(compat.standin("2.9").load, "x.wav"),  # which may even refuse it
    ):
        found, warned = observed(load)
        told = [str(each) for each in warned if isinstance(each, DamagedInputWarning)]
        assert bool(told) == bool(why)
        assert all(re.search(why, text) for text in told)
        assert why or torch.allclose(found[0], EXPECTED)
    if all("backend='soundfile'" in text for text in told):
        assert torch.allclose(compat.load("x.wav", backend="soundfile")[0], EXPECTED)


_AU = b".snd" + struct.pack(">5I", 24, 1600, 3, 16000, 1) + struct.pack(">800h", *_NUMBERS)
_SOX = b".SoX" + struct.pack("<IQdII", 28, 800, 16000.0, 1, 0) + struct.pack("<800i", *(number << 16 for number in _NUMBERS))


@pytest.mark.libsox
@table(
    "data, misreading",
    {
        "16 bits in 4 bytes": (_wav("<", _PCM, 4, 16, _WIDE), ("ffmpeg", "soundfile", "sox")),
        "20 bits in 4 bytes": (_wav("<", _PCM, 4, 20, _WIDE), ("ffmpeg", "soundfile", "sox")),
        "20 bits in 4 bytes, by the extension": (_wav("<", _EXTENSIBLE, 4, 20, _WIDE), ("ffmpeg",)),
        "24 bits in 4 bytes": (_wav("<", _PCM, 4, 24, _WIDE), ("soundfile", "sox")),
        "24 bits in 4 bytes, silent": (_wav("<", _PCM, 4, 24, bytes(4000)), ("soundfile", "sox")),
        "two AU": (_AU * 2, ("ffmpeg",)),
        "AU and a tag": (_AU + b"TAG" + bytes(125), ("ffmpeg",)),
        "two of SoX' own": (_SOX * 2, ("ffmpeg",)),
        "AU": (_AU, ()),
        "16 bits": (_wav("<", _PCM, 2, 16, bytes(2000)), ()),
    },
)
def test_more_frames_than_the_header_promises_are_warned_of(data: bytes, misreading: tuple[str, ...]) -> None:
    """Padding within samples, and what follows the sound: whatever the name, of a piece as well, and by the backends that misread it."""
    pathlib.Path("x.bin").write_bytes(data)
    kind = {b".snd": "au", b".SoX": "sox"}.get(data[:4], "wav")
    for backend in ("ffmpeg", "soundfile", "sox"):
        if (backend, kind) == ("soundfile", "sox"):
            continue
        for count in (-1, 10):
            places = ["x.bin"] if backend == "sox" else ["x.bin", io.BytesIO(data)]
            for place in places:
                found, warned = observed(compat.load, place, 0, count, format=kind if backend == "sox" else None, backend=backend)
                told = [each for each in warned if re.search(r"its header promises.*returns", str(each))]
                assert len(told) == (backend in misreading), (backend, count, told)
                assert backend == "sox" or not isinstance(found, Exception)  # libsox refuses the extension


@pytest.mark.parametrize("read", ["info", "load"])
@pytest.mark.parametrize("frames", [0, 800])
def test_one_call_warns_once(read: str, frames: int) -> None:
    """Where it opens the file twice, too: ``info`` does if the header counts no frames."""
    pathlib.Path("x.wav").write_bytes(_wav("<", _PCM, 4, 24, _WIDE[: 4 * frames]))
    _, warned = observed(getattr(compat, read), "x.wav", backend="ffmpeg")
    assert sum("24-bit" in str(each) for each in warned) == 1


def _w64(tag: int, subtag: int) -> bytes:
    floats = struct.pack("<800f", *(number / 32768 for number in _NUMBERS))
    form = struct.pack("<HHIIHH", tag, 1, 16000, 64000, 4, 32)
    if tag == _EXTENSIBLE:
        form += struct.pack("<HHIH", 22, 32, 4, subtag) + _GUID
    body = b""
    for name, each in ((b"fmt ", form), (b"data", floats)):
        body += name + _W64_END + struct.pack("<Q", 24 + len(each)) + each.ljust(-len(each) % 8 + len(each), b"\0")
    return b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00" + struct.pack("<Q", 40 + len(body)) + b"wave" + _W64_END + body


_W64_END = bytes.fromhex("f3acd3118cd100c04f8edb8a")


@pytest.mark.libsox
@pytest.mark.parametrize(
    ("name", "data", "misreading"),
    [
        ("x.w64", _w64(_EXTENSIBLE, _FLOAT), {"soundfile", "sox"}),
        ("x.w64", _w64(_FLOAT, 0), {"sox"}),
        ("x.caf", None, {"sox"}),
        ("x.mat5", None, {"sox"}),
        ("x.sf", None, set()),
        ("x.wav", None, set()),
    ],
)
def test_floats_that_are_taken_for_integers_are_warned_of(name: str, data: bytes | None, misreading: set[str]) -> None:
    """libsox reads these through libsndfile, and asks it for integers."""
    if data is None:
        soundfile.write(name, EXPECTED[0].numpy(), 16000, subtype="FLOAT", format="IRCAM" if name == "x.sf" else None)
    else:
        pathlib.Path(name).write_bytes(data)
    for backend in ("ffmpeg", "soundfile", "sox"):
        if (name, backend) == ("x.mat5", "ffmpeg"):
            continue
        found, warned = observed(compat.load, name, backend=backend)
        assert ["takes its floats for integers" in str(each) for each in warned] == [True] * (backend in misreading)
        assert torch.allclose(found[0], EXPECTED) == (backend not in misreading)
    if name != "x.mat5":  # libsndfile does not know it by that name
        with pytest.warns(MisreadInputWarning, match="libsox takes its floats for integers"):
            compat.load(name, format="sndfile", backend="sox")


@pytest.mark.parametrize(
    ("name", "subtype", "channels", "frames", "why"),
    [
        ("x.caf", "ALAC_32", 1, 5000, "highest 8 of 32 bits"),
        ("x.caf", "ALAC_24", 1, 5000, ""),
        ("x.caf", "ALAC_16", 2, 5000, ""),
        ("x.wav", "GSM610", 1, 29 * 320, "the last block of sound for one more"),  # an odd number of bytes
        ("x.wav", "GSM610", 1, 28 * 320, ""),
    ],
)
def test_noise_that_libsndfile_makes_is_warned_of(name: str, subtype: str, channels: int, frames: int, why: str) -> None:
    soundfile.write(name, torch.rand(frames, channels) - 0.5, 16000, subtype=subtype)
    (found, _), warned = observed(compat.load, name, backend="soundfile")
    told = [each for each in warned if isinstance(each, MisreadInputWarning)]
    assert len(told) == bool(why)
    assert why in str(told)
    assert found.equal(compat.load(name, backend="ffmpeg")[0]) != bool(why)


@pytest.mark.parametrize(("channels", "loses"), [(2, False), (4, False), (6, True)])
def test_voc_of_which_ffmpeg_cuts_frames_in_two_is_warned_of(channels: int, loses: bool) -> None:
    compat.save("x.voc", torch.rand(channels, 4000) - 0.5, 16000, backend="ffmpeg")
    (found, _), warned = observed(compat.load, "x.voc", backend="ffmpeg")
    assert ["no whole number of frames" in str(each) for each in warned] == [True] * loses
    assert found.equal(compat.load("x.voc", backend="soundfile")[0]) != loses


def test_what_libsndfile_knows_by_its_name_alone_is_warned_of() -> None:
    pathlib.Path("x.au").write_bytes(bytes(800))
    with pytest.warns(MisreadInputWarning, match="no header.*µ-law"):
        compat.load("x.au", backend="soundfile")


@pytest.mark.libsox
@pytest.mark.parametrize(("encoding", "extension", "says"), [("PCM_S", "wav", 1), ("PCM_S", "amb", 1), ("PCM_F", "wav", 0)])
def test_integers_of_64_bits_that_libsox_takes_for_floats_are_warned_of(encoding: str, extension: str, says: int) -> None:
    path, sound = f"x.{extension}", torch.rand(1, 800) - 0.5
    compat.save(path, sound, 16000, encoding=encoding, bits_per_sample=64, backend="ffmpeg")
    found, warned = observed(compat.load, path, backend="sox")
    assert ["takes its integers for floats" in str(each) for each in warned] == [True] * says
    assert torch.allclose(found[0], sound, atol=1e-6) == (not says)
