"""Channels in an order of their own: PyAV 18 frees its list of them twice, which ends the process."""

import pytest

from tests.conftest import Python, printed

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
def test_eight_channels_do_not_end_the_process(extension: str, python: Python) -> None:
    assert printed(python("-c", _READ, f"x.{extension}")) == "read\n"


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


def test_whatever_order_a_tag_names_is_read(python: Python) -> None:
    """Some are of nine channels, for which FFmpeg has no default."""
    assert printed(python(code=_COUNT)) == "most\n"
