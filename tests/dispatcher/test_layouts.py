"""Channels in an order of their own: PyAV 18 frees its list of them twice, which ends the process."""

from __future__ import annotations

import pathlib

import pytest

from tests.conftest import Python

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
def test_eight_channels_do_not_end_the_process(extension: str, python: Python, tmp_path: pathlib.Path) -> None:
    """As a path, as a file object, and as a stream."""
    script = tmp_path / "read.py"
    script.write_text(_READ)
    done = python(str(script), str(tmp_path / f"x.{extension}"))
    assert done.stdout == "read\n", done.stderr
    assert done.returncode == 0
