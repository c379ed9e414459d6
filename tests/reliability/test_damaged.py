"""A file that was damaged is told of where its format or its library can tell, and read as the releases read it."""

import pathlib
import warnings
from collections.abc import Sequence

import av
import pytest
import soundfile
import torch

import dispatcher
from compat.io import StreamReader
from dispatcher.headers import ogg, registry
from dispatcher.notices import DamagedInputWarning, TruncatedInputWarning
from dispatcher.reading.opened import opened
from tests.tables import table

RATE = 48000
NOISE = torch.randn(2, 4 * RATE, generator=torch.Generator().manual_seed(0)) / 8
# in thirtieths of the file, where FFmpeg goes on after the damage
PLACES = {"x.tta": 20, "x.ac3": 17, "x.eac3": 17}
CHECKSUM = "a block's checksum is wrong, so its samples may be"
PAGE = "has a wrong checksum"


def _damaged(name: str, tmp_path: pathlib.Path) -> str:
    """Write a file, and change a bit in its middle."""
    path = tmp_path / name
    dispatcher.save(path, NOISE, RATE)
    data = bytearray(path.read_bytes())
    data[len(data) * PLACES.get(name, 18) // 30] ^= 8
    path.write_bytes(data)
    return str(path)


@table("name, backend, words", {
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
})  # fmt: skip
def test_damage_is_told_of(name: str, backend: str | None, words: str, tmp_path: pathlib.Path) -> None:
    path = _damaged(name, tmp_path)
    with pytest.warns(DamagedInputWarning) as told:
        waveform, _ = dispatcher.load(path, backend=backend)
    assert words in str(told[-1].message)
    assert (waveform.shape[1] < NOISE.shape[1]) == (words == PAGE)


@table("name, cut, words", {
    "an element of WebM": ("x.webm", slice(40_000, 40_200), "no element begins at its byte"),
    "a packet of a transport stream": ("x.ts", slice(18_800, 18_900), "no packet begins at its byte 18800"),
    "a block of WavPack": ("x.wv", slice(200_000, 200_100), "its header promises 192000 frames, and its blocks hold"),
})  # fmt: skip
def test_what_is_lost_of_a_structure_is_told_of(name: str, cut: slice, words: str, tmp_path: pathlib.Path) -> None:
    """Zeros, as where a part of a download is missing; WavPack loses bytes, as FFmpeg tells of the others."""
    path = tmp_path / name
    dispatcher.save(path, NOISE, RATE)
    with opened(str(path)) as file:
        assert file is not None
        assert registry.damage(file, NOISE.shape[1]) is None
    data = bytearray(path.read_bytes())
    data[cut] = b"" if name == "x.wv" else bytes(cut.stop - cut.start)
    path.write_bytes(data)
    with pytest.warns((DamagedInputWarning, TruncatedInputWarning)) as told:
        dispatcher.load(path)
    assert any(words in str(each.message) for each in told)


def _protected(allocation: bytes) -> bytes:
    """Return a silent frame of MPEG audio, layer 1, mono, 384 kbit/s, 48 kHz, with its checksum."""
    head, found = b"\xff\xfe\xc4\xc0", 0xFFFF
    for byte in head[2:] + bytes(16):
        for bit in range(7, -1, -1):
            found = found << 1 ^ 0x8005 * (found >> 15 ^ byte >> bit & 1)
            found &= 0xFFFF
    return (head + found.to_bytes(2, "big") + allocation).ljust(384, b"\0")


@table("changed, warned", {
    "none": ((), 0),
    "one": ((30,), 1),
    "two": ((30, 40), 1),
    "all, as an encoder without checksums writes them": (range(60), 0),
})  # fmt: skip
def test_checksums_of_mpeg_audio(changed: Sequence[int], warned: int, tmp_path: pathlib.Path) -> None:
    frames = [_protected(b"\0\x10" if number in changed else b"") for number in range(60)]
    path = tmp_path / "x.mp3"
    path.write_bytes(b"".join(frames))
    with warnings.catch_warnings(record=True, action="always") as told:
        waveform, _ = dispatcher.load(path, backend="ffmpeg")
    assert [CHECKSUM in str(each.message) for each in told] == [True] * warned
    assert waveform.shape == (1, 60 * 384)


def test_a_stream_that_begins_on_the_way_ends_no_other(tmp_path: pathlib.Path) -> None:
    """FFmpeg takes the text behind the sound for streams, and PyAV failed at their end."""
    path = tmp_path / "x.flv"
    dispatcher.save(path, NOISE, 44100)
    whole, _ = dispatcher.load(path)
    path.write_bytes(path.read_bytes() + b"hello\n" * 500)
    with pytest.warns(TruncatedInputWarning):
        found, _ = dispatcher.load(path)
    assert torch.equal(found, whole)


@pytest.mark.parametrize("name", ["x.flac", "x.tta", "x.wv"])
def test_every_block_comes_as_without_checksums(name: str, tmp_path: pathlib.Path) -> None:
    """The damaged one too, from the start, near it, and in a stream."""
    path = _damaged(name, tmp_path)
    with av.open(path) as container:
        frames = [(frame.to_ndarray(), frame.format.is_planar) for frame in container.decode(audio=0)]
    plain = torch.cat([torch.from_numpy(data.T if is_planar else data.reshape(-1, 2)) for data, is_planar in frames])
    with pytest.warns(DamagedInputWarning):
        native, _ = dispatcher.load(path, normalize=False, backend="ffmpeg", channels_first=False)
    assert torch.equal(native, plain)
    with pytest.warns(DamagedInputWarning):
        piece, _ = dispatcher.load(path, frame_offset=100_000, normalize=False, backend="ffmpeg", channels_first=False)
    assert torch.equal(piece, native[100_000:])
    reader = StreamReader(path)
    reader.add_basic_audio_stream(-1, format=None)
    with pytest.warns(DamagedInputWarning):
        reader.process_all_packets()
    (streamed,) = reader.pop_chunks()
    assert torch.equal(torch.as_tensor(streamed), native)


@table("name, backend", {
    "Vorbis": ("x.ogg", "ffmpeg"),
    "Opus": ("x.opus", "ffmpeg"),
    "Vorbis by libsox": pytest.param("x.ogg", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_a_lost_page_is_told_of_by_the_pieces_that_it_moves(name: str, backend: str, tmp_path: pathlib.Path) -> None:
    path = _damaged(name, tmp_path)
    with pytest.warns(DamagedInputWarning, match=f"{PAGE}, so the piece may be shifted"):
        dispatcher.load(path, 132_000, 1000, backend=backend)
    with warnings.catch_warnings(action="error"):
        dispatcher.load(path, 0, 1000, backend=backend)


def test_a_lost_page_of_another_stream_moves_no_sound(tmp_path: pathlib.Path) -> None:
    """The sound is in stream 0, and stream 1 is no sound."""
    sound, path = tmp_path / "sound.ogg", tmp_path / "x.ogg"
    dispatcher.save(sound, NOISE, RATE)
    data = sound.read_bytes()
    first = ogg.page(data, 0)
    assert first is not None
    other = data[: first.end].replace(ogg.VORBIS, b"\x80theora").replace(first.serial.to_bytes(4, "little"), b"same")
    path.write_bytes(data[: first.end] + other + data[first.end :])
    with opened(path) as file:
        assert file is not None
        assert registry.damage(file, 0, 1) == f"its page at byte {first.end} has a wrong checksum"
    path.write_bytes(data[: first.end] + _with_checksum(other) + other.replace(b"OggS\0\2", b"OggS\0\0") + data[first.end :])
    with opened(path) as file:
        assert file is not None
        assert registry.damage(file, 0, 3 * RATE) is None


def _with_checksum(page: bytes) -> bytes:
    """Put in a page's checksum, computed bit by bit."""
    found, page = 0, page[:22] + bytes(4) + page[26:]
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ 0x04C11DB7 * (found >> 31)) & 0xFFFF_FFFF
    return page[:22] + found.to_bytes(4, "little") + page[26:]


TAG = b"TAG" + bytes(125)


@table("name, end", {
    "a tag behind WavPack": ("x.wv", TAG),
    "zeros behind WavPack": ("x.wv", bytes(5000)),
    "text behind WavPack": ("x.wv", b"a note\n" * 9),
    "a tag behind flac": ("x.flac", TAG),
    "a tag behind TTA": ("x.tta", TAG),
    "text behind mp3": ("x.mp3", b"a note\n" * 9),
})  # fmt: skip
def test_what_follows_the_sound_is_no_damage(name: str, end: bytes, tmp_path: pathlib.Path) -> None:
    path = tmp_path / name
    dispatcher.save(path, NOISE, RATE)
    whole, _ = dispatcher.load(path, backend="ffmpeg")
    path.write_bytes(path.read_bytes() + end)
    with warnings.catch_warnings(action="error"):
        assert torch.equal(dispatcher.load(path, backend="ffmpeg")[0], whole)


@table("name, backend", {
    "SDS": ("x.sds", "ffmpeg"),
    "VOC by libsox": pytest.param("x.voc", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_an_error_of_a_library_behind_the_sound_is_no_damage(name: str, backend: str, tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / name)
    soundfile.write(path, NOISE[0, :9600].numpy(), 8000, subtype="PCM_16")
    with warnings.catch_warnings(action="error"):
        assert dispatcher.load(path, backend=backend)[0].shape == (1, 9600)


def test_flac_of_unknown_length_is_no_damage(tmp_path: pathlib.Path) -> None:
    """libsndfile counts the largest number there is."""
    path = tmp_path / "x.flac"
    dispatcher.save(path, NOISE, RATE)
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)
    with warnings.catch_warnings(action="error"):
        assert dispatcher.load(path, backend="soundfile")[0].shape == NOISE.shape
