"""A file that was cut is told of, and read as the releases read it; what its header promises, and what is no promise."""

import functools
import io
import os
import pathlib
import resource
import struct
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import soundfile
import torch

import compat
import dispatcher
from dispatcher.errors import AudioError, TruncatedInputError
from dispatcher.headers import registry
from dispatcher.notices import CompatWarning, TruncatedInputWarning
from dispatcher.reading.opened import look
from dispatcher.streams.reader import StreamReader
from tests import long_files, streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS, BACKENDS
from tests.long_files import RATE, Kind
from tests.outcomes import observed
from tests.reliability import readers
from tests.tables import table

WHOLE = {
    "stereo_s16.wav": 4000, "mono_s16.wav": 2000, "six_s16.wav": 1600, "stereo_f32.wav": 4000, "stereo_s24.wav": 4000, "stereo_u8.wav": 4000,
    "stereo_ulaw.wav": 4000, "stereo_s16.amb": 4000, "mono_adpcm.wav": 2000, "stereo_s16.aiff": 4000, "stereo_s16.au": 4000,
    "mono_ulaw.au": 2000, "stereo_s16.w64": 4000, "mono_s16.sph": 2000, "stereo_cbr.mp3": 26460,
}  # fmt: skip
WAVE = (ASSETS / "stereo_s16.wav").read_bytes()
SOUND = torch.rand(2, 100000, generator=torch.Generator().manual_seed(1)) * 0.4 - 0.2
BY_FFMPEG = ["ogg", "opus", "webm", "mkv", "mka", "mp4", "m4a", "mov", "wma", "avi", "wv", "tta", "w64", "caf", "aiff", "au", "oga",
    "voc", "sox", "rm",
]  # fmt: skip
EXTENSIBLE = "w64 of three channels"  # whose header FFmpeg writes in another way
BY_LIBSNDFILE = [
    ("IMA_ADPCM", "WAV"), ("MS_ADPCM", "WAV"), ("GSM610", "WAV"), ("G721_32", "WAV"), ("IMA_ADPCM", "W64"), ("MS_ADPCM", "W64"),
    ("GSM610", "W64"), ("IMA_ADPCM", "AIFF"), ("GSM610", "AIFF"), ("DWVW_16", "AIFF"), ("G721_32", "AU"), ("ALAC_16", "CAF"),
    ("OPUS", "OGG"), ("VORBIS", "OGG"), ("PCM_24", "WAVEX"), ("PCM_16", "RF64"), ("PCM_16", "SVX"), ("PCM_16", "AVR"),
    ("MPEG_LAYER_III", "MP3"), ("PCM_16", "NIST"), ("PCM_16", "FLAC"), ("PCM_16", "MAT4"), ("PCM_16", "MAT5"), ("ALAW", "WVE"),
    ("PCM_S8", "SDS"), ("PCM_16", "SDS"), ("PCM_24", "SDS"),
]  # fmt: skip


def _made(kind: Any) -> pathlib.Path:
    path = pathlib.Path(f"x.{kind.split()[0] if isinstance(kind, str) else kind[1].lower()}")
    path.write_bytes(_content(kind, path))
    return path


@functools.cache
def _content(kind: Any, path: pathlib.Path) -> bytes:
    if isinstance(kind, str):
        dispatcher.save(path, SOUND[[0, 1, 0]] if kind == EXTENSIBLE else SOUND, 48000, backend="ffmpeg")
    else:
        soundfile.write(path, SOUND[0].numpy(), 8000, subtype=kind[0], format=kind[1])
    return path.read_bytes()


def _read(path: pathlib.Path, reader: str) -> tuple[torch.Tensor | None, list[str]]:
    found, told = observed(readers.samples, str(path), reader)
    assert isinstance(found, torch.Tensor | AudioError)
    return (None, []) if isinstance(found, AudioError) else (found, [str(each) for each in told if isinstance(each, CompatWarning)])


@pytest.mark.parametrize(
    "name", ["stereo.vorbis.ogg", "stereo_s16.raw", "empty.wav", "text.wav", "stereo.m4a", "zero_frames.wav", "nowhere", ""]
)
def test_nothing_is_promised_by_what_does_not_tell(name: str) -> None:
    """Nor by a folder."""
    assert look(str(ASSETS / name), registry.length) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"OggS", b"OggS\0", b"OggS" + bytes(40), b"RIFF", b"RIFF\xff\xff\xff\xffWAVE", b"riff" + bytes(60), b"FORM" + bytes(30),
        b"\x1a\x45\xdf\xa3", b"\x1a\x45\xdf\xa3\x00" * 9, b"\x1a\x45\xdf\xa3\xff\x18\x53\x80\x67\xff", b"\0\0\0\x18ftyp", b"\0\0\0\0ftyp\0",
        b"\x0b\x77", b"\x0b\x77" * 99, b"\xff\xfb", b"\xff" * 9999, b"FLV\1", b"FLV\1" + b"\xff" * 40, b"Creative", b"Creative" + b"\xff" * 99,
        b".SoX" + b"\xff" * 40, b"MATL" + b"\xff" * 300, b"\0\0\1\xba" * 99, b"\x7f\xfe\x80\x01" * 99, b"#!AMR\n", b".RMF" + b"\xff" * 9,
        b"G" * 4000, b"\0" * 400, b"\xd0" * 4000, b"ALawSoundFile**\0\xff\xff", b"STRM\xff\xff",
        b"\x30\x26\xb2\x75" + b"\xff" * 40, b"wvpk", b"TTA1" + b"\xff" * 30, b"caff" + b"\xff" * 30, b"2BIT", b".snd" + b"\xff" * 8,
        *(WAVE[:cut] for cut in range(44)),
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


_WEBM = streaming.saved(SOUND, 48000, "webm", "ffmpeg")
_AT = _WEBM.find(b"\x18\x53\x80\x67") + 4


@table("data", {
    **{f"WAVE of {size:x}": WAVE[:40] + size.to_bytes(4, "little") + WAVE[44:] for size in (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000)},
    "WebM": _WEBM[:_AT] + b"\x01" + b"\xff" * 7 + _WEBM[_AT + 8 : -500],
})  # fmt: skip
def test_a_live_recording_promises_nothing_and_is_not_cut(data: bytes) -> None:
    """Its header says that the length is not known."""
    assert look(io.BytesIO(data), registry.length) is look(io.BytesIO(data), registry.missing) is None


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_file_is_told_of(name: str, backend: str) -> None:
    """With what was found and what was promised; the samples are those that come without the flag."""
    whole = (ASSETS / name).read_bytes()
    cut = whole[: len(whole) * 3 // 4]
    put({name: cut})
    quiet = compat.standin("2.2", truncated="ignore").load(name, backend=backend)[0]
    with pytest.warns(TruncatedInputWarning, match=f"promises {WHOLE[name]} frames, and {quiet.shape[1]} are there") as seen:
        assert torch.equal(dispatcher.load(name, backend=backend)[0], quiet)
    assert seen[0].filename == __file__
    strict = compat.standin("2.2", truncated="error")
    for place in (name, io.BytesIO(cut))[: 1 + (backend != "sox")]:
        with pytest.raises(TruncatedInputError, match=f"cut short.* {WHOLE[name]} frames"):
            strict.load(place, backend=backend)
    assert strict.load(name, num_frames=100, backend=backend)[0].shape[1] == 100


@pytest.mark.parametrize("as_object", [False, True])
@pytest.mark.parametrize("kind", ["ogg", "opus", "webm", "wv", ("IMA_ADPCM", "WAV")], ids=str)
def test_the_flag_makes_it_an_error(kind: Any, as_object: bool) -> None:
    path = _made(kind)
    os.truncate(path, path.stat().st_size * 3 // 4)
    data, strict, quiet = path.read_bytes(), compat.standin("2.2", truncated="error"), compat.standin("2.2", truncated="ignore")

    def load(torchaudio: Any, *piece: int) -> int:
        return torchaudio.load(io.BytesIO(data) if as_object else str(path), *piece, backend="ffmpeg")[0].shape[1]

    def streamed(torchaudio: Any) -> int:
        return len(streaming.sound(torchaudio.io.StreamReader(io.BytesIO(data) if as_object else str(path))))

    assert load(strict, 0, 100) == 100
    for read in (load, streamed)[: 1 + (kind != "wv")]:  # a reader of streams keeps nothing of a damaged block of WavPack
        with pytest.raises(TruncatedInputError, match=r"cut short.*truncated='ignore'"):
            read(strict)
        with warnings.catch_warnings(action="error", category=TruncatedInputWarning):
            assert read(quiet) > 1000


def test_the_global_backends_tell_as_well() -> None:
    put({"x.wav": WAVE[:8000]})
    old = compat.standin("2.0", truncated="error")
    for backend in old.list_audio_backends():
        old.set_audio_backend(backend)
        with pytest.raises(RuntimeError, match="cut short"):
            old.load("x.wav")


@pytest.mark.parametrize("reader", readers.READERS)
@pytest.mark.parametrize("kind", [*BY_FFMPEG, *BY_LIBSNDFILE, EXTENSIBLE], ids=str)
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
@pytest.mark.parametrize("kind", ["ac3", "eac3", "mp2", "ts", "flv", "vob"])
def test_a_stream_that_ends_within_a_frame_is_told_of(kind: str, reader: str) -> None:
    """Between two frames nothing tells."""
    path = _made(kind)
    data = path.read_bytes()
    for size in (len(data), len(data) // 2 + 5, len(data) - 70, len(data) - 1):
        path.write_bytes(data[:size])
        told = _read(path, reader)[1]
        assert any("cut short" in text for text in told) == (size < len(data)), size


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


@table("change, tells", {
    "it is cut where it is": (lambda: os.truncate("x.wav", 8000), True),
    "a cut file takes its place": (lambda: pathlib.Path("deeper/x.wav").replace("x.wav"), False),
    "the program goes to the folder of a cut one": (lambda: os.chdir("deeper"), False),
})  # fmt: skip
def test_a_stream_reader_judges_only_the_file_that_it_read(change: Callable[[], object], tells: bool) -> None:
    put({"x.wav": WAVE, "deeper/x.wav": WAVE[:8000]})
    reader = StreamReader("x.wav")
    reader.add_basic_audio_stream(-1)
    change()
    found, told = observed(reader.process_all_packets)
    assert (found, [type(each) for each in told]) == (None, [TruncatedInputWarning] * tells)


@pytest.mark.libsox
@pytest.mark.parametrize(("bits", "size", "says"), [(20, 3, "returns none of the 800 frames"), (20, 2, "is cut short"), (24, 3, None)])
def test_samples_that_libsox_cannot_take_are_not_called_missing(bits: int, size: int, says: str | None) -> None:
    """It gives no frame of 20 bits; the file may be whole."""
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 48000, 3, bits)
    put({"x.wav": b"RIFF" + struct.pack("<I", 2436) + b"WAVE" + form + struct.pack("<4sI", b"data", 2400) + b"\x10" * (800 * size)})
    (found, _), told = observed(dispatcher.load, "x.wav", backend="sox")
    assert found.shape[1] == (0 if says else 800)
    assert [says in str(each) if says else each for each in told] == [True] * bool(says)


def _bare_mp3(*bits: int) -> bytes:
    """An mp3 without a Xing header, of a second at each of these bit rates."""
    kinds = (Kind("x.mp3", "libmp3lame", True, b=str(each), write_xing="0", id3v2_version="0") for each in bits)
    return b"".join(long_files.content(kind, kind.rate) for kind in kinds)


@table("data, tells", {
    "it begins at a high bit rate": (_bare_mp3(128_000, 16_000), True),
    "and after a tag": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + _bare_mp3(160_000, 32_000), True),
    "mp2": (b"".join(long_files.content(Kind("x.mp2", "mp2", True, b=bits), RATE) for bits in ("160000", "32000")), True),
    "it begins at a low bit rate": (_bare_mp3(16_000, 16_000), False),
    "one bit rate": (_bare_mp3(64_000), False),
    "a Xing header": (long_files.content(Kind("x.mp3", "libmp3lame", True, q="1"), 2 * RATE), False),
})  # fmt: skip
def test_mpeg_audio_of_which_libsndfile_leaves_out_the_end_is_told_of(data: bytes, tells: bool) -> None:
    """It infers the length from the first frame; the samples are its own, and only what lacks some is told of."""
    put({"x.mp3": data})
    whole = dispatcher.load("x.mp3", backend="ffmpeg")[0].shape[1]
    for place, frames in (("x.mp3", -1), (io.BytesIO(data), -1), ("x.mp3", whole), ("x.mp3", 100)):
        (found, _), told = observed(dispatcher.load, place, num_frames=frames, backend="soundfile")
        got = found.shape[1]
        assert (got < whole - 4000) == (tells or frames == 100)
        words = [f"libsndfile reads {got} of the {whole} frames"] * (tells and frames != 100)
        assert [str(each).partition(" in ")[0] for each in told] == words


_SIZE = 100 << 30
_DS64 = struct.pack("<4sIQQQI", b"ds64", 28, _SIZE, _SIZE, _SIZE // 4, 0)
_FLAC, _SPHERE, _AU = ((ASSETS / name).read_bytes() for name in ("stereo_16.flac", "mono_s16.sph", "stereo_s16.au"))


@pytest.mark.parametrize("backend", BACKENDS)
@table("name, data", {
    "RF64": ("x.wav", b"RF64\xff\xff\xff\xffWAVE" + _DS64 + WAVE[12:40] + b"\xff\xff\xff\xff" + WAVE[44:]),
    "flac": ("x.flac", _FLAC[:21] + bytes([_FLAC[21] | 0x0F]) + b"\xff" * 4 + _FLAC[26:]),
    "SPHERE": ("x.sph", _SPHERE.replace(b" 2000\n", b" %d\n" % (_SIZE // 2), 1)[:1024].ljust(1024) + _SPHERE[1024:]),
    # 2 GiB; less than 64 is read as far as it goes
    "AU": ("x.au", _AU[:8] + (0x7FFF0000).to_bytes(4, "big") + _AU[12:]),
})  # fmt: skip
def test_a_hundred_gigabytes_promised_take_no_memory(name: str, data: bytes, backend: str) -> None:
    put({name: data})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name == "x.au":
        assert dispatcher.load(name, backend=backend)[0].shape == (2, 4000)
    else:
        with pytest.raises(RuntimeError, match="promises"):
            dispatcher.load(name, backend=backend)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_piece_behind_the_end_is_no_count(backend: str) -> None:
    """Where nothing comes, the offset is the most that can be there, and is not told as what is."""
    name = "stereo_s16.aiff"
    put({name: (ASSETS / name).read_bytes()[:2000]})
    whole = compat.standin("2.2", truncated="ignore").load(name, backend=backend)[0].shape[1]
    found, told = observed(dispatcher.load, name, frame_offset=whole + 700, backend=backend)
    if isinstance(found, RuntimeError):  # some backends refuse to begin there
        return
    assert found[0].shape[1] == 0
    (said,) = [str(each) for each in told if isinstance(each, TruncatedInputWarning)]
    assert said.endswith(f"promises {WHOLE[name]} frames, and no more than {whole + 700} are there")
