"""Microsoft's IMA ADPCM gives the samples of FFmpeg 5.1, which rounded each step once, whatever newer ones do."""

import itertools
import pathlib
import struct
import warnings

import av
import numpy as np
import pytest
import torch

import compat
import dispatcher
from dispatcher.notices import DamagedInputWarning
from tests import streaming

_INDEX = (-1, -1, -1, -1, 2, 4, 6, 8)


# the steps as the format has them, 89
_STEPS = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37,
    41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209,
    230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963, 1060, 1166,
    1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484,
    7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
]  # fmt: skip


def _decoded(data: bytes, channels: int, block: int) -> np.ndarray:
    """The samples of blocks, by the format's own words, rounded once a step."""
    out = [list[int]() for _ in range(channels)]
    for part in (data[begin : begin + block] for begin in range(0, len(data), block)):
        for channel in range(channels):
            sample, index = struct.unpack_from("<hB", part, 4 * channel)
            out[channel].append(sample)
            groups = range(4 * channels + 4 * channel, len(part) - 3, 4 * channels)
            for nibble in itertools.chain.from_iterable((byte & 15, byte >> 4) for at in groups for byte in part[at : at + 4]):
                change = (2 * (nibble & 7) + 1) * _STEPS[index] >> 3
                sample = max(-32768, min(32767, sample - change if nibble & 8 else sample + change))
                index = max(0, min(88, index + _INDEX[nibble & 7]))
                out[channel].append(sample)
    return np.array(out, np.int16)


def _written(path: pathlib.Path, channels: int, block: int) -> bytes:
    """A file of noise and a tone, and its blocks."""
    time = np.arange(9000) / 8000
    sound = [0.4 * np.sin(2 * np.pi * (300 + 500 * channel) * time) for channel in range(channels)]
    sound = np.array(sound) + np.random.default_rng(3).normal(0, 0.1, (channels, 9000))
    samples = torch.from_numpy((sound.T.clip(-1, 1) * 32767).astype(np.int16))
    option = {"block_size": str(block)}
    streaming.write(path, samples, 8000, format="s16", encoder="adpcm_ima_wav", encoder_option=option)
    data = path.read_bytes()
    return data[data.index(b"data") + 8 :]


@pytest.mark.parametrize(("channels", "block"), [(1, 1024), (1, 256), (1, 32), (2, 1024), (2, 256), (2, 2048)])
def test_steps_are_rounded_once(tmp_path: pathlib.Path, channels: int, block: int) -> None:
    path = tmp_path / "ima.wav"
    wanted = _decoded(_written(path, channels, block), channels, block)
    waveform, rate = dispatcher.load(path, backend="ffmpeg", normalize=False)
    assert rate == 8000
    assert np.array_equal(waveform.numpy(), wanted)
    assert np.array_equal(dispatcher.load(path, 5000, 700, backend="ffmpeg")[0].numpy() * 32768, wanted[:, 5000:5700])
    told = dispatcher.info(path, backend="ffmpeg")
    assert (told.num_frames, told.num_channels, told.encoding) == (wanted.shape[1], channels, "ADPCM_IMA_WAV")
    with compat.pinned("2.2") as torchaudio:
        assert np.array_equal(streaming.sound(torchaudio.io.StreamReader(str(path)), format="s16p").numpy().T, wanted)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("container", ["w64", "avi", "mka", "asf"])
def test_steps_are_rounded_once_in_other_containers(tmp_path: pathlib.Path, container: str, channels: int) -> None:
    wanted = _decoded(_written(tmp_path / "ima.wav", channels, 1024), channels, 1024)
    path = tmp_path / f"ima.{container}"
    with av.open(str(tmp_path / "ima.wav")) as source, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux():
            if packet.size:
                packet.stream = stream
                output.mux(packet)
    waveform, _ = dispatcher.load(path, backend="ffmpeg", normalize=False)
    assert np.array_equal(waveform.numpy(), wanted)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_cut_block_is_decoded_as_far_as_it_goes(tmp_path: pathlib.Path, channels: int) -> None:
    path = tmp_path / "ima.wav"
    blocks = _written(path, channels, 1024)
    for rest in (333, 600, 1000):
        cut = tmp_path / f"{rest}.wav"
        cut.write_bytes(path.read_bytes()[:-rest])
        with warnings.catch_warnings(action="ignore"):
            waveform, _ = dispatcher.load(cut, backend="ffmpeg", normalize=False)
        assert np.array_equal(waveform.numpy(), _decoded(blocks[:-rest], channels, 1024)[:, : waveform.shape[1]])
        assert waveform.shape[1] > (len(blocks) - 1024) * 2 // channels * 0.95


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("blocks", [1, 3])
def test_a_block_that_is_cut_within_its_header_is_told_of(tmp_path: pathlib.Path, channels: int, blocks: int) -> None:
    """Its header gives the first sample, so nothing of it can be decoded."""
    whole = _written(tmp_path / "ima.wav", channels, 256)
    with av.open(str(tmp_path / "ima.wav")) as source, av.open(str(tmp_path / "ima.avi"), "w") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for data in (whole[:512], whole[512 : 512 + 256 * (blocks - 1) + 3]):
            packet = av.Packet(data)
            packet.stream, packet.pts = stream, 0
            output.mux(packet)
    with pytest.warns(DamagedInputWarning, match="the data after them is damaged"):
        waveform, _ = dispatcher.load(tmp_path / "ima.avi", backend="ffmpeg", normalize=False)
    assert np.array_equal(waveform.numpy(), _decoded(whole[: 512 + 256 * (blocks - 1)], channels, 256))


@pytest.mark.parametrize("number", [8, 9, 15])
def test_a_damaged_block_ends_the_samples_wherever_it_lies_in_a_packet(tmp_path: pathlib.Path, number: int) -> None:
    """And is told of. The second packet holds the blocks from 8 to 15."""
    path, begin = tmp_path / "ima.wav", 32 * number
    blocks = _written(path, 1, 32)
    data = bytearray(path.read_bytes())
    data[data.index(blocks[begin : begin + 32]) + 2] = len(_STEPS)
    path.write_bytes(data)
    with av.open(str(path)) as container:
        assert next(container.demux()).size == 8 * 32
    with pytest.warns(DamagedInputWarning, match="the data after them is damaged"):
        waveform, _ = dispatcher.load(path, backend="ffmpeg", normalize=False)
    assert np.array_equal(waveform.numpy(), _decoded(blocks[:begin], 1, 32))
