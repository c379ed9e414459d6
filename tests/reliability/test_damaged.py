"""A file that was damaged is told of where its format or its library can tell, and read as the releases read it."""

import pathlib
import warnings

import av
import pytest
import torch

import dispatcher
from compat.io import StreamReader
from dispatcher.headers import ogg, registry
from dispatcher.notices import DamagedInputWarning
from dispatcher.reading.opened import opened
from tests.tables import table

RATE = 48000
NOISE = torch.randn(2, 4 * RATE, generator=torch.Generator().manual_seed(0)) / 8
# in thirtieths of the file, where FFmpeg goes on after the damage
PLACES = {"x.tta": 20}
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
