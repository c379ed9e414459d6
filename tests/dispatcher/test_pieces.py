"""A piece is what the whole has there, in whatever libsndfile writes: it seeks wrongly in some, and in none that is found here."""

import contextlib
import io
import pathlib
import struct

import av
import numpy as np
import pytest
import soundfile
import torch

import dispatcher
from dispatcher.errors import AudioError
from tests.codemod.commands import put
from tests.tables import table

KINDS = [
    (format, subtype)
    for format in soundfile.available_formats()
    for subtype in soundfile.available_subtypes(format)
    if format != "RAW" and soundfile.check_format(format, subtype)
]
FRAMES = 20011


@pytest.mark.parametrize(("format", "subtype"), KINDS)
def test_pieces_are_slices_of_the_whole(format: str, subtype: str) -> None:
    path = f"x.{format.lower()}"
    for channels in (1, 2):
        samples = np.random.default_rng(3).normal(0, 0.1, (FRAMES, channels)).clip(-1, 1)
        with contextlib.suppress(soundfile.LibsndfileError):  # of a format that holds one channel
            soundfile.write(path, samples, 8000, format=format, subtype=subtype)
            read = {backend for backend in dispatcher.list_audio_backends() if _has_right_pieces(path, backend)}
            # not every library reads every format, and libsndfile not all that it writes
            assert "soundfile" in read or subtype == "DWVW_12"


def _has_right_pieces(path: str, backend: str) -> bool:
    """Compare pieces with the whole; false where this backend does not read it."""
    try:
        whole, rate = dispatcher.load(path, backend=backend)
    except AudioError:
        return False
    frames = whole.shape[1]
    for offset, count in (
        *((1, 5), (1, -1), (4097, 3000), (frames // 2, 5), (frames // 2, -1)),
        *((frames - 1000, 3000), (frames - 10, 5), (frames - 3, 5), (frames - 1, -1)),
    ):
        piece, same = dispatcher.load(path, offset, count, backend=backend)
        assert same == rate
        expected = whole[:, offset:] if count < 0 else whole[:, offset : offset + count]
        assert torch.equal(piece, expected), (backend, whole.shape, offset, count)
    return True


@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize("frames", [999, 77777, 200001])
@pytest.mark.parametrize("level", [0.1, 0.9])
@pytest.mark.parametrize("as_object", [False, True])
def test_so_they_are_in_the_last_page_of_vorbis(rate: int, frames: int, level: float, as_object: bool) -> None:
    """libsndfile comes out elsewhere there, by as much as was left out at the end."""
    samples = np.random.default_rng(1).normal(0, 0.1, (frames, 2))
    soundfile.write("x.ogg", samples, rate, format="OGG", subtype="VORBIS", compression_level=level)
    data = pathlib.Path("x.ogg").read_bytes()
    whole = dispatcher.load("x.ogg", backend="soundfile")[0]
    for offset in {*range(1, frames, frames // 7), frames - 1, frames - 100, max(0, frames - 1500), max(0, frames - 9000)}:
        piece = dispatcher.load(io.BytesIO(data) if as_object else "x.ogg", offset, 50, backend="soundfile")[0]
        assert torch.equal(piece, whole[:, offset : offset + 50]), offset


@pytest.mark.parametrize("subtype", ["ALAC_16", "ALAC_24", "ALAC_32"])
def test_so_they_are_behind_damage_in_alac(subtype: str) -> None:
    """Bytes that are there twice move all later packets: libsndfile seeks past them, and reads on within them."""
    soundfile.write("x.caf", np.random.default_rng(5).normal(0, 0.1, 20_000).clip(-1, 1), 16000, subtype=subtype)
    data = pathlib.Path("x.caf").read_bytes()
    middle = len(data) // 2
    put({"x.caf": data[:middle] + data[middle - 100 :]})
    whole = dispatcher.load("x.caf", backend="soundfile")[0]
    for offset in range(0, whole.shape[1], 1500):
        assert torch.equal(dispatcher.load("x.caf", offset, 7, backend="soundfile")[0], whole[:, offset : offset + 7])


@pytest.mark.libsox
def test_a_piece_of_sample_vision_has_its_end() -> None:
    """When libsox seeks in it, the last 58 frames are missing."""
    frames = (np.arange(5000) % 3000).astype("<i2")
    head = b"SOUND SAMPLE DATA 2.1 ".ljust(112) + struct.pack("<i", frames.size)
    loops, markers = struct.pack("<iiBh", -1, 0, 0, 0) * 8, (b" " * 10 + struct.pack("<i", -1)) * 8
    pathlib.Path("x.smp").write_bytes(head + frames.tobytes() + bytes(2) + loops + markers + struct.pack("<bIIi", 60, 8000, 0, -1))
    for begin in (0, 7, 2500):
        piece, rate = dispatcher.load("x.smp", begin, backend="sox", normalize=False)
        assert rate == 8000
        assert piece[0].tolist() == frames[begin:].tolist()


@table("name, backend", {
    "Vorbis": ("x.ogg", "soundfile"),
    "flac": pytest.param("x.flac", "sox", marks=pytest.mark.libsox),
})  # fmt: skip
def test_so_they_are_in_a_stream_that_was_cut_out_of_another(name: str, backend: str, tmp_path: pathlib.Path) -> None:
    """Its positions count from the start of the other one, so seeking by them leads elsewhere."""
    whole, path = tmp_path / name, str(tmp_path / f"cut_{name}")
    dispatcher.save(whole, torch.randn(2, 200_000) / 8, 44100, backend="soundfile")
    with av.open(str(whole)) as source, av.open(path, "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for number, packet in enumerate(source.demux(source.streams.audio[0])):
            if number > 20 and packet.size:
                packet.stream = stream
                packet.pts = packet.dts = packet.pts - (packet.pts // 3 if name == "x.ogg" else 0)
                output.mux(packet)
    assert _has_right_pieces(path, backend)
