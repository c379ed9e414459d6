"""Cut files of kinds whose headers count no frames, or whose decoders make up what is missing: each is told of."""

import functools
import io
import os
import pathlib
import struct
import warnings
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

import compat
import dispatcher
from dispatcher.errors import AudioError, TruncatedInputError
from dispatcher.headers import registry
from dispatcher.notices import CompatWarning, TruncatedInputWarning
from dispatcher.reading.opened import look
from tests import streaming
from tests.reliability import readers

SOUND = torch.rand(2, 100000, generator=torch.Generator().manual_seed(1)) * 0.4 - 0.2
BY_FFMPEG = ["ogg", "opus", "webm", "mkv", "mka", "mp4", "m4a", "mov", "wma", "avi", "wv", "tta", "w64", "caf", "aiff", "au", "oga",
    "voc", "sox", "rm",
]  # fmt: skip
FRAMED = ["ac3", "eac3", "mp2", "ts", "flv", "vob"]
BY_LIBSNDFILE = [
    ("IMA_ADPCM", "WAV"), ("MS_ADPCM", "WAV"), ("GSM610", "WAV"), ("G721_32", "WAV"), ("IMA_ADPCM", "W64"), ("MS_ADPCM", "W64"),
    ("GSM610", "W64"), ("IMA_ADPCM", "AIFF"), ("GSM610", "AIFF"), ("DWVW_16", "AIFF"), ("G721_32", "AU"), ("ALAC_16", "CAF"),
    ("OPUS", "OGG"), ("VORBIS", "OGG"), ("PCM_24", "WAVEX"), ("PCM_16", "RF64"), ("PCM_16", "SVX"), ("PCM_16", "AVR"),
    ("MPEG_LAYER_III", "MP3"), ("PCM_16", "NIST"), ("PCM_16", "FLAC"), ("PCM_16", "MAT4"), ("PCM_16", "MAT5"), ("ALAW", "WVE"),
    ("PCM_S8", "SDS"), ("PCM_16", "SDS"), ("PCM_24", "SDS"),
]  # fmt: skip


def _extensible_w64() -> bytes:
    """W64 as FFmpeg writes it of more than two channels, or of 24 bits."""
    data = streaming.saved(SOUND[:1], 16000, "w64", "ffmpeg")
    at = data.find(b"fmt ")
    _, channels, rate, speed, block, bits = struct.unpack("<HHIIHH", data[at + 24 : at + 40])
    form = struct.pack("<HHIIHH", 0xFFFE, channels, rate, speed, block, bits) + struct.pack("<HHI", 22, bits, 4)
    form += struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    end = at + (int.from_bytes(data[at + 16 : at + 24], "little") + 7 & ~7)
    return data[: at + 16] + struct.pack("<Q", 24 + len(form)) + form + data[end:]


def _made(kind: Any) -> pathlib.Path:
    path = pathlib.Path(f"x.{'w64' if kind == 'extensible' else kind if isinstance(kind, str) else kind[1].lower()}")
    path.write_bytes(_content(kind, path))
    return path


@functools.cache
def _content(kind: Any, path: pathlib.Path) -> bytes:
    if kind == "extensible":
        return _extensible_w64()
    if isinstance(kind, str):
        dispatcher.save(path, SOUND, 48000, backend="ffmpeg")
    else:
        soundfile.write(path, SOUND[0].numpy(), 8000, subtype=kind[0], format=kind[1])
    return path.read_bytes()


def _read(path: pathlib.Path, reader: str) -> tuple[torch.Tensor | None, list[str]]:
    with warnings.catch_warnings(record=True, action="always") as told:
        try:
            found = readers.samples(str(path), reader)
        except AudioError:
            return None, []
    return found, [str(warning.message) for warning in told if issubclass(warning.category, CompatWarning)]


@pytest.mark.parametrize("reader", readers.READERS)
@pytest.mark.parametrize("kind", [*BY_FFMPEG, *BY_LIBSNDFILE, "extensible"], ids=str)
def test_no_part_is_given_without_a_word(kind: Any, reader: str) -> None:
    """Cut in half, near the end, and by a few bytes: what comes is warned of, or is the whole."""
    path = _made(kind)
    data = path.read_bytes()
    whole, told = _read(path, reader)
    if whole is None:
        return
    assert not any("cut short" in text for text in told)
    for size in (len(data) // 2, len(data) * 9 // 10, len(data) - 70, len(data) - 1):
        path.write_bytes(data[:size])
        part, told = _read(path, reader)
        # what decoders give beyond the sound that was written is made of padding
        frames = SOUND.shape[1]
        if part is not None and not torch.equal(part[:, :frames], whole[:, :frames]):
            miscounted = "MPEG" in str(kind) and reader in ("sox", "effects") and size > len(data) - 100  # see SECURITY.md
            assert told or miscounted, (size, part.shape, whole.shape)


@pytest.mark.parametrize("reader", ["ffmpeg", "2.9", *readers.IN_PIECES])
@pytest.mark.parametrize("kind", FRAMED)
def test_a_stream_that_ends_within_a_frame_is_told_of(kind: str, reader: str) -> None:
    """Between two frames nothing tells."""
    path = _made(kind)
    data = path.read_bytes()
    for size in (len(data), len(data) // 2 + 5, len(data) - 70, len(data) - 1):
        path.write_bytes(data[:size])
        told = _read(path, reader)[1]
        assert any("cut short" in text for text in told) == (size < len(data)), size


@pytest.mark.parametrize(
    "frame",
    [b"\x04" + bytes(12), b"\xd0" + bytes(32), b"\x7f\xfe\x80\x01\xfc\x3c\x07\xf0" + bytes(120), b"\xff\xfb\x90\x00" + bytes(413)],
    ids=["amr", "gsm", "dts", "mp3"],
)
def test_the_end_of_a_last_frame_is_missed(frame: bytes) -> None:
    """A tag behind it is none."""
    begin = b"#!AMR\n" if frame[0] == 4 else b""
    whole = begin + frame * 30
    tagged = whole + b"TAG" + bytes(125) if frame[0] == 0xFF else whole
    assert look(io.BytesIO(whole), registry.missing) is look(io.BytesIO(tagged), registry.missing) is None
    found = look(io.BytesIO(whole[:-5]), registry.missing)
    assert found == f"its last frame is {len(frame)} bytes long, and {len(frame) - 5} are there"


@pytest.mark.parametrize("kind", ["ogg", "opus", "webm", "mp4", "wv", ("IMA_ADPCM", "WAV")], ids=str)
def test_the_flag_makes_it_an_error(kind: Any) -> None:
    path = _made(kind)
    os.truncate(path, path.stat().st_size * 3 // 4)
    if kind == "mp4":  # the index of one is at its end
        with pytest.raises(RuntimeError):
            dispatcher.load(str(path))
        return
    strict, quiet = compat.standin("2.2", truncated="error"), compat.standin("2.2", truncated="ignore")
    for make in (lambda: str(path), lambda: io.BytesIO(path.read_bytes())):
        with pytest.raises(TruncatedInputError, match=r"cut short.*truncated='ignore'"):
            strict.load(make(), backend="ffmpeg")
        assert strict.load(make(), 0, 100, backend="ffmpeg")[0].shape[1] == 100
        with warnings.catch_warnings(action="error", category=TruncatedInputWarning):
            assert quiet.load(make(), backend="ffmpeg")[0].shape[1] > 1000
        if kind == "wv":  # a reader of streams keeps nothing of a damaged block
            continue
        with pytest.raises(TruncatedInputError, match=r"cut short.*truncated='ignore'"):
            streaming.sound(strict.io.StreamReader(make()))
        with warnings.catch_warnings(action="error", category=TruncatedInputWarning):
            assert len(streaming.sound(quiet.io.StreamReader(make()))) > 1000


@pytest.mark.parametrize(
    "data",
    [
        b"", b"OggS", b"OggS\0", b"OggS" + bytes(40), b"RIFF", b"RIFF\xff\xff\xff\xffWAVE", b"riff" + bytes(60), b"FORM" + bytes(30),
        b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x00" * 9, b"\x1a\x45\xdf\xa3\xff\x18\x53\x80\x67\xff", b"\0\0\0\x18ftyp", b"\0\0\0\0ftyp\0",
        b"\x0b\x77", b"\x0b\x77" * 99, b"\xff\xfb", b"\xff" * 9999, b"FLV\1", b"FLV\1" + b"\xff" * 40, b"Creative", b"Creative" + b"\xff" * 99,
        b".SoX" + b"\xff" * 40, b"MATL" + b"\xff" * 300, b"\0\0\1\xba" * 99, b"\x7f\xfe\x80\x01" * 99, b"#!AMR\n", b".RMF" + b"\xff" * 9,
        b"G" * 4000, b"\0" * 400, b"\xd0" * 4000, b"ALawSoundFile**\0\xff\xff", b"STRM\xff\xff",
        b"\x30\x26\xb2\x75" + b"\xff" * 40, b"wvpk", b"TTA1" + b"\xff" * 30, b"caff" + b"\xff" * 30, b"2BIT", b".snd" + b"\xff" * 8,
    ],
)  # fmt: skip
def test_damaged_beginnings_do_no_harm(data: bytes) -> None:
    """A sentence, or none; the object stays where it stands."""
    held = io.BytesIO(b"before" + data)
    held.seek(6)
    found = look(held, registry.missing)
    assert found is None or "bytes" in found or "page" in found or "tag" in found
    assert held.tell() == 6
    assert look(held, registry.length) is None


def test_a_live_recording_is_not_cut() -> None:
    """Its header says that the length is not known."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    wave = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + form + b"data\xff\xff\xff\xff" + np.zeros(100, "<i2").tobytes()
    data = bytearray(streaming.saved(SOUND, 48000, "webm", "ffmpeg"))
    at = data.find(b"\x18\x53\x80\x67") + 4
    data[at : at + 8] = b"\x01" + b"\xff" * 7
    for content in (wave, bytes(data[:-500])):
        assert look(io.BytesIO(content), registry.missing) is None


@pytest.mark.parametrize("subtype", ["IMA_ADPCM", "MS_ADPCM"])
def test_pieces_of_a_cut_last_block_are_those_of_the_whole(subtype: str) -> None:
    """libsndfile makes up the rest of the block from what it decoded before."""
    soundfile.write("x.wav", SOUND[0, :9000].numpy(), 8000, subtype=subtype)
    os.truncate("x.wav", 2900)
    with pytest.warns(TruncatedInputWarning):
        whole = dispatcher.load("x.wav", backend="soundfile")[0]
    for offset in (whole.shape[1] - 20, whole.shape[1] - 700, 1000):
        for uri in ("x.wav", io.BytesIO(pathlib.Path("x.wav").read_bytes())):
            piece = dispatcher.load(uri, offset, 20, backend="soundfile")[0]
            assert torch.equal(piece, whole[:, offset : offset + 20])
