"""Samples: that the backends agree, what codecs tell of them, and layouts of many channels."""

import io
import pathlib

import pytest
import soundfile
import torch

import dispatcher
from tests import streaming
from tests.conftest import ASSETS, Python, printed


@pytest.mark.libsox
@pytest.mark.parametrize(
    "name",
    [
        "stereo_s16.wav",
        "stereo_u8.wav",
        "stereo_s24.wav",
        "stereo_s32.wav",
        "stereo_f32.wav",
        "stereo_f64.wav",
        "stereo_16.flac",
        "stereo_24.flac",
        "six_s16.wav",
    ],
)
def test_backends_agree_on_lossless_files(name: str) -> None:
    """To the last bit that libsox' 24 bits of a float can hold."""
    ffmpeg, sox, soundfile = (dispatcher.load(str(ASSETS / name), backend=backend)[0] for backend in ("ffmpeg", "sox", "soundfile"))
    assert torch.equal(ffmpeg, soundfile)
    assert torch.allclose(ffmpeg, sox, atol=2**-24)


@pytest.mark.parametrize(
    ("name", "encoder", "format", "bits"),
    [
        *(("x.wv", "wavpack", format, bits) for format, bits in (("s16p", 16), ("s32p", 32), ("fltp", 32))),
        *(("x.tta", "tta", format, bits) for format, bits in (("u8", 8), ("s16", 16), ("s32", 24))),
        *(("x.m4a", "alac", format, bits) for format, bits in (("s16p", 16), ("s32p", 24))),
        *(("x.mka", "flac", format, bits) for format, bits in (("s16", 16), ("s32", 32))),
    ],
)
def test_lossless_codecs_are_read_and_their_bits_told(name: str, encoder: str, format: str, bits: int) -> None:
    """By their own headers."""
    wave = torch.rand(1600, 2) - 0.5
    streaming.write(name, wave, encoder=encoder, encoder_format=format)
    assert torch.allclose(dispatcher.load(name)[0].T, wave, atol=2.0 ** (2 - min(bits, 24)))
    for place in (name, io.BytesIO(pathlib.Path(name).read_bytes())):
        found = dispatcher.info(place, backend="ffmpeg")
        assert (found.encoding, found.bits_per_sample) == (encoder.upper(), bits)


@pytest.mark.parametrize(
    ("format", "subtype", "bits"), [("AIFF", "DWVW_16", 16), ("AIFF", "DWVW_24", 24), ("XI", "DPCM_8", 8), ("XI", "DPCM_16", 16)]
)
@pytest.mark.filterwarnings("ignore::dispatcher.notices.UnknownEncodingWarning")
def test_libsndfiles_names_tell_the_bits_of_delta_codes(format: str, subtype: str, bits: int) -> None:
    """Their encoding has no name in torchaudio."""
    soundfile.write("x", torch.rand(1600).numpy() - 0.5, 44100, format=format, subtype=subtype)
    found = dispatcher.info("x", backend="soundfile")
    assert (found.bits_per_sample, found.encoding) == (bits, "UNKNOWN")


_READ = """
import gc, io, pathlib, sys
import torch
import compat

path = sys.argv[1]
wave = torch.rand(8, 3000) - 0.5
compat.save(path, wave, 48000, backend="ffmpeg")  # FFmpeg's 7.1, with an order of its own in these
for _ in range(3):
    for place in (path, io.BytesIO(pathlib.Path(path).read_bytes())):
        found = compat.load(place, backend="ffmpeg", normalize=False)[0]
        assert found.shape == (8, 3000)
        assert (found.double() / 2 ** (31 if found.dtype == torch.int32 else 15) - wave).abs().max() < 1e-3
    assert compat.load(path, 100, 50, backend="ffmpeg", normalize=False)[0].equal(found[:, 100:150])
    assert compat.info(path, backend="ffmpeg").num_channels == 8
    reader = compat.io.StreamReader(path)
    assert reader.get_src_stream_info(0).num_channels == 8
    reader.add_basic_audio_stream(-1, -1)
    reader.add_basic_audio_stream(-1, -1, num_channels=2)
    reader.process_all_packets()
    assert [chunk.shape[1] for chunk in reader.pop_chunks()] == [8, 2]
    del reader
    gc.collect()
print("read")
"""


@pytest.mark.parametrize("extension", ["aiff", "caf"])
def test_eight_channels_do_not_end_the_process(extension: str, forked: Python) -> None:
    assert printed(forked("-c", _READ, f"x.{extension}")) == "read\n"


_COUNT = """
import io, struct
import compat

found = 0
for tag in range(100, 200):
    for channels in (1, 2, 3, 4, 5, 6, 7, 8, 9, 16):
        chunks = {
            b"CHAN": struct.pack(">III", tag << 16 | channels, 0, 0),
            b"COMM": struct.pack(">hIh", channels, 20, 16) + bytes.fromhex("400cfa00000000000000"),
            b"SSND": bytes(8 + 2 * 20 * channels),
        }
        body = b"AIFF" + b"".join(name + struct.pack(">I", len(data)) + data for name, data in chunks.items())
        file = io.BytesIO(b"FORM" + struct.pack(">I", len(body)) + body)
        try:
            assert compat.load(file, backend="ffmpeg")[0].shape == (channels, 20), (tag, channels)
        except RuntimeError:  # FFmpeg refuses the tag
            continue
        found += 1
print("most" if found > 900 else found)
"""


def test_whatever_order_a_tag_names_is_read(forked: Python) -> None:
    """Some are of nine channels, for which FFmpeg has no default."""
    assert printed(forked(code=_COUNT)) == "most\n"
