"""A file that was damaged is told of where its format or its library can tell, and read as the releases read it."""

import io
import pathlib
import re
import warnings
from collections.abc import Callable
from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
import torch

import dispatcher
from compat.io import StreamReader
from dispatcher.headers import matroska, ogg, registry
from dispatcher.headers.file import Bytes
from dispatcher.notices import DamagedInputWarning, TruncatedInputWarning
from dispatcher.reading.opened import look
from tests import streaming
from tests.codemod.commands import put
from tests.outcomes import observed
from tests.reliability import readers
from tests.reliability.fuzz import mutate
from tests.tables import table

RATE = 48000
NOISE = torch.randn(2, 4 * RATE, generator=torch.Generator().manual_seed(0)) / 8
# in thirtieths of the file, where FFmpeg goes on after the damage
PLACES = {"x.tta": 20, "x.ac3": 17, "x.eac3": 17}
FRAME = 1536  # samples that a frame of AC-3 holds of each channel
CHECKSUM = "a block's checksum is wrong, so its samples may be"
PAGE = "has a wrong checksum"


def _saved(name: str) -> bytes:
    dispatcher.save(name, NOISE, RATE)
    return pathlib.Path(name).read_bytes()


@pytest.fixture
def damaged(name: str) -> str:
    """A file of this name, with a bit in its middle changed."""
    data = bytearray(_saved(name))
    data[len(data) * PLACES.get(name, 18) // 30] ^= 8
    put({name: bytes(data)})
    return name


def _two_bytes_turned(data: bytes) -> bytes:
    return np.frombuffer(data, np.uint16).byteswap().tobytes()


@table("extension", {"AC-3": "ac3", "E-AC-3": "eac3"})
@table("frames, stored", {
    "each by itself": (1, bytes),
    "two in a packet": (2, bytes),
    "in the other byte order": (1, _two_bytes_turned),
    "two in the other byte order": (2, _two_bytes_turned),
})  # fmt: skip
@table("wrong, is_told", {"none": (slice(0), False), "a few": (slice(5, 9, 3), True), "all": (slice(None), False)})
def test_frames_with_a_wrong_checksum_come_as_ffmpeg_decodes_them_alone(
    extension: str, frames: int, stored: Callable[[bytes], bytes], wrong: slice, is_told: bool
) -> None:
    """None is left out, or decoded twice, whether a few checksums are wrong or, as some encoders leave them, all."""
    data = bytearray(_saved(f"x.{extension}"))
    size = data.index(data[:2], 2)
    for end in range(size, len(data) + 1, size)[wrong]:
        data[end - 2 : end] = b"\0\0"
    with av.open("x.nut", "w") as container:
        stream = container.add_stream(extension, rate=RATE, layout="stereo")
        for number, at in enumerate(range(0, len(data), frames * size)):
            packet = av.Packet(stored(bytes(data[at : at + frames * size])))
            packet.stream, packet.time_base = stream, Fraction(1, RATE)
            packet.pts = packet.dts = number * frames * FRAME
            container.mux(packet)
    with av.open("x.nut") as container:
        alone = [frame.to_ndarray() for frame in container.decode(audio=0)]
    (found, _), told = observed(dispatcher.load, "x.nut")
    assert np.array_equal(found.numpy(), np.concatenate(alone, 1))
    assert found.shape[1] == len(data) // size * FRAME
    assert [CHECKSUM in str(each) for each in told] == [True] * is_told


@table("name, reader, words", {
    "flac": ("x.flac", None, CHECKSUM),
    "flac by ffmpeg": ("x.flac", "ffmpeg", CHECKSUM),
    "TTA": ("x.tta", None, CHECKSUM),
    "WavPack": ("x.wv", None, CHECKSUM),
    "AC-3": ("x.ac3", None, CHECKSUM),
    "E-AC-3": ("x.eac3", None, CHECKSUM),
    "Matroska": ("x.mka", None, "its Cluster at byte"),
    "Vorbis": ("x.ogg", None, PAGE),
    "Vorbis by libsndfile": ("x.ogg", "soundfile", PAGE),
    "Opus": ("x.opus", None, PAGE),
    "flac by libsox": pytest.param("x.flac", "sox", "libsox could not decode a part of it (FLAC__", marks=pytest.mark.libsox),
    "Vorbis by libsox": pytest.param("x.ogg", "sox", PAGE, marks=pytest.mark.libsox),
    "Vorbis through effects": pytest.param("x.ogg", "effects", PAGE, marks=pytest.mark.libsox),
    "Vorbis in pieces": ("x.ogg", "StreamReader", PAGE),
    "Matroska in pieces": ("x.mka", "StreamReader", "its Cluster at byte"),
})  # fmt: skip
def test_damage_is_told_of(damaged: str, reader: str | None, words: str) -> None:
    with pytest.warns(DamagedInputWarning) as told:
        waveform = readers.samples(damaged, reader)
    assert words in str(told[-1].message)
    assert (waveform.shape[1] < NOISE.shape[1]) == (words == PAGE)


class Far:
    """A file object of another kind than Python's own; ``given`` counts its bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self.given = io.BytesIO(data), 0
        self.seek, self.tell, self.seekable = self._data.seek, self._data.tell, self._data.seekable

    def read(self, size: int = -1) -> bytes:
        data = self._data.read(size)
        self.given += len(data)
        return data


@table("cut, told", {"whole": (0, False), "cut": (500, True)})
def test_a_file_object_that_may_be_far_away_is_not_read_twice(cut: int, told: bool) -> None:
    """To search Matroska for damage is to read it all; its length is looked at."""
    data = _saved("x.mka")
    far = Far(data[: len(data) - cut])
    found, warned = observed(lambda: streaming.sound(StreamReader(far)))
    assert isinstance(found, torch.Tensor)
    assert far.given < 2 * len(data)
    assert any(type(each) is TruncatedInputWarning for each in warned) == told


@table("name, begin, lost, zeros, words", {
    # as where a part of a download is missing
    "an element of WebM": ("x.webm", 40_000, 200, 200, "no element begins at its byte"),
    "a packet of a transport stream": ("x.ts", 18_800, 100, 100, "no packet begins at its byte 18800"),
    # FFmpeg tells of zeros in it
    "a block of WavPack": ("x.wv", 200_000, 100, 0, "its header promises 192000 frames, and its blocks hold"),
})  # fmt: skip
def test_what_is_lost_of_a_structure_is_told_of(name: str, begin: int, lost: int, zeros: int, words: str) -> None:
    data = _saved(name)
    assert registry.damage(Bytes(data), NOISE.shape[1]) is None
    put({name: data[:begin] + bytes(zeros) + data[begin + lost :]})
    with pytest.warns((DamagedInputWarning, TruncatedInputWarning)) as told:
        dispatcher.load(name)
    assert any(words in str(each.message) for each in told)


def _live() -> bytes:
    """Return a WebM file whose Segment and Clusters tell no size, as browsers record them."""
    place = io.BytesIO()
    streaming.write(place, NOISE.T, RATE, container="webm", option={"live": "1"}, encoder="libopus")
    return place.getvalue()


@table("rest", {
    "nothing": b"",
    "zeros": bytes(5000),
    "tags": b"TAG" + bytes(125),
    "text": b"hello\n" * 50,
})  # fmt: skip
def test_what_follows_a_live_recording_is_no_damage(rest: bytes) -> None:
    data = _live()
    with warnings.catch_warnings(action="error"):
        dispatcher.load(io.BytesIO(data + rest))
    with pytest.warns(DamagedInputWarning, match="no element begins at its byte"):
        dispatcher.load(io.BytesIO(data[:20_000] + bytes(200) + data[20_200:] + rest))


@pytest.mark.parametrize("name", ["x.mka", "x.webm"])
def test_a_recording_that_was_killed_is_cut_and_not_wrong(name: str) -> None:
    """The Segment has no size yet."""
    data = _saved(name) if name == "x.mka" else _live()
    unknown = re.sub(rb"(\x18\x53\x80\x67\x01).{7}", rb"\1" + b"\xff" * 7, data, count=1, flags=re.DOTALL)
    with pytest.warns(DamagedInputWarning, match=r"its element at byte \d+ is \d+ bytes long, and \d+ are there; "):
        dispatcher.load(io.BytesIO(unknown[:30_000]))


@table("name", {"AC-3": "x.ac3", "E-AC-3": "x.eac3"})
@table("wrong, is_told", {
    "the first frame": (slice(1), True),
    "one in the middle": (slice(40, 41), True),
    "the last frame": (slice(-1, None), True),
    "all": (slice(None), False),
    "all but one, by chance": (slice(1, None), False),
    "none": (slice(0), False),
})  # fmt: skip
def test_an_encoder_that_writes_no_checksums_does_no_damage(name: str, wrong: slice, is_told: bool) -> None:
    """The last two bytes of a frame are its checksum."""
    data = bytearray(_saved(name))
    size = data.index(data[:2], 2)
    for end in range(size, len(data) + 1, size)[wrong]:
        data[end - 1] ^= 1
    (_, _), told = observed(dispatcher.load, io.BytesIO(data), format=name[2:])
    assert [CHECKSUM in str(each) for each in told] == [True] * is_told


def test_a_file_of_tiny_elements_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of 1 GB may consist of half a billion of them."""
    spoiled = _live() + b"\xec\x80" * 999 + b"junk, then a Cluster: \x1f\x43\xb6\x75"
    assert registry.damage(Bytes(spoiled), 0)
    monkeypatch.setattr(matroska, "_MOST_ELEMENTS", 999)
    assert registry.damage(Bytes(spoiled), 0) is None


def test_a_stream_that_begins_on_the_way_ends_no_other() -> None:
    """FFmpeg takes the text behind the sound for streams, and PyAV failed at their end."""
    dispatcher.save("x.flv", NOISE, 44100)
    whole, _ = dispatcher.load("x.flv")
    put({"x.flv": pathlib.Path("x.flv").read_bytes() + b"hello\n" * 500})
    with pytest.warns(TruncatedInputWarning):
        found, _ = dispatcher.load("x.flv")
    assert torch.equal(found, whole)


@pytest.mark.parametrize("name", ["x.flac", "x.tta", "x.wv"])
def test_every_block_comes_as_without_checksums(damaged: str) -> None:
    """The damaged one too, from the start, near it, and in a stream."""
    with av.open(damaged) as container:
        frames = [(frame.to_ndarray(), frame.format.is_planar) for frame in container.decode(audio=0)]
    plain = torch.cat([torch.from_numpy(data.T if is_planar else data.reshape(-1, 2)) for data, is_planar in frames])
    for offset in (0, 100_000):
        with pytest.warns(DamagedInputWarning):
            found, _ = dispatcher.load(damaged, frame_offset=offset, normalize=False, backend="ffmpeg", channels_first=False)
        assert torch.equal(found, plain[offset:])
    with pytest.warns(DamagedInputWarning):
        assert torch.equal(streaming.sound(StreamReader(damaged), format=None), plain)


@table("name, backend", {
    "Vorbis": ("x.ogg", "ffmpeg"),
    "Opus": ("x.opus", "ffmpeg"),
    "Vorbis by libsox": pytest.param("x.ogg", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_a_lost_page_is_told_of_by_the_pieces_that_it_moves(damaged: str, backend: str) -> None:
    with pytest.warns(DamagedInputWarning, match=f"{PAGE}, so the piece may be shifted"):
        dispatcher.load(damaged, 132_000, 1000, backend=backend)
    with warnings.catch_warnings(action="error"):
        dispatcher.load(damaged, 0, 1000, backend=backend)


def test_a_lost_page_of_another_stream_moves_no_sound() -> None:
    """The sound is in stream 0, and stream 1 is no sound."""
    data = _saved("x.ogg")
    first = ogg.page(data, 0)
    assert first is not None
    other = bytearray(data[: first.end].replace(ogg.VORBIS, b"\x80theora").replace(first.serial.to_bytes(4, "little"), b"same"))
    spoiled = io.BytesIO(data[: first.end] + other + data[first.end :])
    assert look(spoiled, lambda file: registry.damage(file, 0, 1)) == f"its page at byte {first.end} has a wrong checksum"
    lost = other.replace(b"OggS\0\2", b"OggS\0\0")
    mutate.mend_ogg(other)
    followed = io.BytesIO(data[: first.end] + other + lost + data[first.end :])
    assert look(followed, lambda file: registry.damage(file, 0, 3 * RATE)) is None


TAG = b"TAG" + bytes(125)


@table("name, backend, change", {
    "a tag behind WavPack": ("x.wv", "ffmpeg", lambda data: data + TAG),
    "zeros behind WavPack": ("x.wv", "ffmpeg", lambda data: data + bytes(5000)),
    "text behind WavPack": ("x.wv", "ffmpeg", lambda data: data + b"a note\n" * 9),
    "a tag behind flac": ("x.flac", "ffmpeg", lambda data: data + TAG),
    "a tag behind TTA": ("x.tta", "ffmpeg", lambda data: data + TAG),
    "a tag behind mp3": ("x.mp3", "ffmpeg", lambda data: data + TAG),
    "text behind mp3": ("x.mp3", "ffmpeg", lambda data: data + b"a note\n" * 9),
    "tags behind a transport stream": ("x.ts", "ffmpeg", lambda data: data + b"TAG".ljust(2 * 188, b"x")),
    # libsndfile counts the largest number there is
    "flac of unknown length": ("x.flac", "soundfile", lambda data: data[:21] + bytes([data[21] & 0xF0, 0, 0, 0, 0]) + data[26:]),
})  # fmt: skip
def test_what_is_no_damage_is_not_told_of(name: str, backend: str, change: Callable[[bytes], bytes]) -> None:
    data = _saved(name)
    whole, _ = dispatcher.load(name, backend=backend)
    put({name: change(data)})
    with warnings.catch_warnings(action="error"):
        assert torch.equal(dispatcher.load(name, backend=backend)[0], whole)


@table("name, backend", {
    "SDS": ("x.sds", "ffmpeg"),
    "VOC by libsox": pytest.param("x.voc", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_an_error_of_a_library_behind_the_sound_is_no_damage(name: str, backend: str) -> None:
    soundfile.write(name, NOISE[0, :9600].numpy(), 8000, subtype="PCM_16")
    with warnings.catch_warnings(action="error"):
        assert dispatcher.load(name, backend=backend)[0].shape == (1, 9600)
