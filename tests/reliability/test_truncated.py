"""A file that was cut is told of, and read as the releases read it."""

import io
import os
import pathlib
import resource
import struct
import warnings
from collections.abc import Callable

import pytest
import torch

import compat
import dispatcher
from dispatcher.errors import TruncatedInputError
from dispatcher.headers import registry
from dispatcher.notices import TruncatedInputWarning
from dispatcher.reading.opened import look
from dispatcher.streams.reader import StreamReader
from tests import long_files
from tests.codemod.commands import put
from tests.conftest import ASSETS, BACKENDS
from tests.long_files import RATE, Kind
from tests.tables import table

WHOLE = {
    "stereo_s16.wav": 4000, "mono_s16.wav": 2000, "six_s16.wav": 1600, "stereo_f32.wav": 4000, "stereo_s24.wav": 4000, "stereo_u8.wav": 4000,
    "stereo_ulaw.wav": 4000, "stereo_s16.amb": 4000, "mono_adpcm.wav": 2000, "stereo_s16.aiff": 4000, "stereo_s16.au": 4000,
    "mono_ulaw.au": 2000, "stereo_s16.w64": 4000, "stereo_s16.caf": 4000, "mono_s16.sph": 2000, "stereo_16.flac": 4000,
    "stereo_24.flac": 4000, "stereo_cbr.mp3": 26460,
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_the_promise_is_what_the_header_says(name: str) -> None:
    """By path and by file object, whole and cut; a file object stays where it stands."""
    data = (ASSETS / name).read_bytes()
    for content in (data, data[: len(data) // 2]):
        held = io.BytesIO(b"before" + content)
        held.seek(6)
        assert look(held, lambda file: (registry.length(file).frames, file.size)) == (WHOLE[name], len(content))  # type: ignore[union-attr]
        assert held.tell() == 6
    assert look(str(ASSETS / name), registry.length).frames == WHOLE[name]  # type: ignore[union-attr]


def test_nothing_is_promised_by_what_does_not_tell() -> None:
    """Headers of recorders that do not know, formats without a length, damage, what cannot seek."""
    wave = bytearray((ASSETS / "stereo_s16.wav").read_bytes())
    for size in (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000):
        wave[40:44] = size.to_bytes(4, "little")
        assert look(io.BytesIO(wave), registry.length) is None
    for name in ("stereo.vorbis.ogg", "stereo_s16.raw", "empty.wav", "text.wav", "stereo.m4a", "zero_frames.wav"):
        assert look(str(ASSETS / name), registry.length) is None
    for cut in range(44):
        assert look(io.BytesIO(wave[:cut]), registry.length) is None
    assert look(str(ASSETS), registry.length) is None
    assert look("nowhere", registry.length) is None


@pytest.mark.parametrize("backend", BACKENDS)
def test_whole_files_are_not_warned_of(backend: str) -> None:
    for path in sorted(ASSETS.iterdir()):
        with warnings.catch_warnings(action="ignore"):
            warnings.simplefilter("error", TruncatedInputWarning)
            for piece in ((0, -1), (0, 10), (100, 50), (1000, -1), (0, 10**6)):
                try:
                    dispatcher.load(str(path), *piece, backend=backend)
                except TruncatedInputWarning:
                    assert path.name.startswith("cut")
                except (RuntimeError, ValueError, TypeError):
                    continue


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("name", ["stereo_s16.wav", "stereo_s16.aiff", "stereo_s16.au", "mono_s16.sph", "stereo_cbr.mp3"])
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


def test_the_global_backends_tell_as_well() -> None:
    pathlib.Path("x.wav").write_bytes((ASSETS / "stereo_s16.wav").read_bytes()[:8000])
    old = compat.standin("2.0", truncated="error")
    for backend in old.list_audio_backends():
        old.set_audio_backend(backend)
        with pytest.raises(RuntimeError, match="cut short"):
            old.load("x.wav")


@table(
    "change, tells",
    {
        "it is cut where it is": (lambda: os.truncate("x.wav", 8000), True),
        "a cut file takes its place": (lambda: pathlib.Path("deeper/x.wav").replace("x.wav"), False),
        "the program goes to the folder of a cut one": (lambda: os.chdir("deeper"), False),
    },
)
def test_a_stream_reader_judges_only_the_file_that_it_read(
    change: Callable[[], object], tells: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(".")
    data = (ASSETS / "stereo_s16.wav").read_bytes()
    put({"x.wav": data, "deeper/x.wav": data[:8000]})
    reader = StreamReader("x.wav")
    reader.add_basic_audio_stream(-1)
    change()
    with warnings.catch_warnings(record=True, action="always") as told:
        reader.process_all_packets()
    assert [each.category for each in told] == [TruncatedInputWarning] * tells


@pytest.mark.libsox
@pytest.mark.parametrize(("bits", "size", "says"), [(20, 3, "returns none of the 800 frames"), (20, 2, "is cut short"), (24, 3, None)])
def test_samples_that_libsox_cannot_take_are_not_called_missing(bits: int, size: int, says: str | None) -> None:
    """It gives no frame of 20 bits; the file may be whole."""
    sound = b"\x10" * (800 * size)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16000, 48000, 3, bits)
    put({"x.wav": b"RIFF" + struct.pack("<I", 2436) + b"WAVE" + form + struct.pack("<4sI", b"data", 2400) + sound})
    with warnings.catch_warnings(record=True, action="always") as told:
        assert dispatcher.load("x.wav", backend="sox")[0].shape[1] == (0 if says else 800)
    assert [says in str(each.message) for each in told if says] == [True] * bool(says)
    assert len(told) == bool(says)


def _bare_mp3(*bits: int) -> bytes:
    """An mp3 without a Xing header, of a second at each of these bit rates."""
    kinds = (Kind("x.mp3", "libmp3lame", True, b=str(each), write_xing="0", id3v2_version="0") for each in bits)
    return b"".join(long_files.content(kind, kind.rate) for kind in kinds)


@table(
    "data, tells",
    {
        "it begins at a high bit rate": (_bare_mp3(128_000, 16_000), True),
        "and after a tag": (b"ID3\x04\0\0\0\0\0\x10" + bytes(16) + _bare_mp3(160_000, 32_000), True),
        "mp2": (
            long_files.content(Kind("x.mp2", "mp2", True, b="160000"), RATE)
            + long_files.content(Kind("x.mp2", "mp2", True, b="32000"), RATE),
            True,
        ),
        "it begins at a low bit rate": (_bare_mp3(16_000, 16_000), False),
        "one bit rate": (_bare_mp3(64_000), False),
        "a Xing header": (long_files.content(Kind("x.mp3", "libmp3lame", True, q="1"), 2 * RATE), False),
    },
)
def test_mpeg_audio_of_which_libsndfile_leaves_out_the_end_is_told_of(data: bytes, tells: bool) -> None:
    """It infers the length from the first frame; the samples are its own, and only what lacks some is told of."""
    put({"x.mp3": data})
    whole = dispatcher.load("x.mp3", backend="ffmpeg")[0].shape[1]
    for place, frames in (("x.mp3", -1), (io.BytesIO(data), -1), ("x.mp3", whole), ("x.mp3", 100)):
        with warnings.catch_warnings(record=True, action="always") as seen:
            got = dispatcher.load(place, num_frames=frames, backend="soundfile")[0].shape[1]
        assert (got < whole - 4000) == (tells or frames == 100)
        words = [f"libsndfile reads {got} of the {whole} frames"] * (tells and frames != 100)
        assert [str(each.message).partition(" in ")[0] for each in seen] == words


_SIZE = 100 << 30
_DS64 = struct.pack("<4sIQQQI", b"ds64", 28, _SIZE, _SIZE, _SIZE // 4, 0)
# a file, and how it comes to promise a hundred gigabytes of sound, or 2 GiB of what the header says is one sample of 60,000 channels
PROMISING: dict[str, Callable[[bytes], bytes]] = {
    "stereo_s16.wav": lambda data: b"RF64\xff\xff\xff\xffWAVE" + _DS64 + data[12:40] + b"\xff\xff\xff\xff" + data[44:],
    "stereo_16.flac": lambda data: data[:21] + bytes([data[21] | 0x0F]) + b"\xff" * 4 + data[26:],
    "mono_s16.sph": lambda data: data.replace(b" 2000\n", b" %d\n" % (_SIZE // 2), 1)[:1024].ljust(1024) + data[1024:],
    "stereo_s16.au": lambda data: data[:8] + (0x7FFF0000).to_bytes(4, "big") + data[12:],
}


@pytest.mark.parametrize("name", PROMISING)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_hundred_gigabytes_promised_take_no_memory(name: str, backend: str) -> None:
    """RuntimeError where a header promises more than 64 GiB; less is read as far as it goes."""
    put({name: PROMISING[name]((ASSETS / name).read_bytes())})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if name.endswith("au"):
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
    with warnings.catch_warnings(record=True, action="always") as seen:
        try:
            got = dispatcher.load(name, frame_offset=whole + 700, backend=backend)[0].shape[1]
        except RuntimeError:  # some backends refuse to begin there
            return
    assert got == 0
    (told,) = [str(one.message) for one in seen if isinstance(one.message, TruncatedInputWarning)]
    assert told.endswith(f"promises {WHOLE[name]} frames, and no more than {whole + 700} are there")
