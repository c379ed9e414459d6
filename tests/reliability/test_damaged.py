"""A file that was damaged is told of where its format or its library can tell, and read as the releases read it."""

import pathlib

import av
import pytest
import torch

import dispatcher
from compat.io import StreamReader
from dispatcher.notices import DamagedInputWarning
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
        plain = torch.cat([torch.from_numpy(frame.to_ndarray()).reshape(-1) for frame in container.decode(audio=0)])
    with pytest.warns(DamagedInputWarning):
        native, _ = dispatcher.load(path, normalize=False, backend="ffmpeg", channels_first=False)
    assert native.numel() == plain.numel()
    with pytest.warns(DamagedInputWarning):
        piece, _ = dispatcher.load(path, frame_offset=100_000, normalize=False, backend="ffmpeg", channels_first=False)
    assert torch.equal(piece, native[100_000:])
    reader = StreamReader(path)
    reader.add_basic_audio_stream(-1, format=None)
    with pytest.warns(DamagedInputWarning):
        reader.process_all_packets()
    (streamed,) = reader.pop_chunks()
    assert torch.equal(torch.as_tensor(streamed), native)
