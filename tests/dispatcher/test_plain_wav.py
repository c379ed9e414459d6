"""WAV files read without a library give what FFmpeg or libsndfile gives; file objects always go through one, and so are the measure."""

import contextlib
import io
import os
import pathlib
import struct
import subprocess
import warnings
import wave
from collections.abc import Iterator
from typing import Any

import hypothesis
import numpy as np
import pytest
import soundfile
from hypothesis import strategies as st

import dispatcher
from dispatcher import AudioMetaData, plain_wav
from dispatcher.plain_wav import hidden_bitstreams
from dispatcher.reading.opened import opened

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
    with warnings.catch_warnings(record=True, action="always") as caught:
        try:
            value = call(*arguments, **named)
        except Exception as why:
            return type(why), [type(warning.message) for warning in caught]
    said = [type(warning.message) for warning in caught]
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
    """A plain file of two channels of 16 bits."""
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


@pytest.mark.parametrize("sync", ["7ffe8001", "fe7f0180", "1fffe800", "ff1f00e8", "64582025", "72f81f4e", "f8724e1f", "f8726fba"])
def test_a_single_sync_word_is_enough_for_ffmpeg_to_be_asked(sync: str) -> None:
    """Of those that are too long to be chance; without it, the same data is plain."""
    silence = b"\2" * 1000
    assert hidden_bitstreams.possible(silence + bytes.fromhex(sync) + silence)
    assert not hidden_bitstreams.possible(silence + bytes.fromhex(sync)[:3] + silence)


def test_a_file_is_looked_at_once_until_it_changes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And each time while its last change is so near that another one could look the same."""
    path, looked = tmp_path / "sound.wav", []
    soundfile.write(path, np.zeros(20_000, np.float32), 16000, subtype="PCM_16")
    monkeypatch.setattr(hidden_bitstreams, "possible", lambda data: bool(looked.append(len(data))))
    monkeypatch.setattr("dispatcher.reading.opened._SETTLED", 10**18)
    for _ in range(2):
        dispatcher.load(path, 1000, 10, backend="ffmpeg")
    assert len(looked) == 2
    monkeypatch.setattr("dispatcher.reading.opened._SETTLED", -(10**18))
    for _ in range(3):
        dispatcher.load(path, 1000, 10, backend="ffmpeg")
    assert len(looked) == 3
    os.utime(path, ns=(1, 1))
    dispatcher.load(path, 1000, 10, backend="ffmpeg")
    assert len(looked) == 4
