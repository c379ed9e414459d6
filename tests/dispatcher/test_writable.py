"""What would end the process, hang, or leave a header that nothing reads is refused before a library is called; the old file stays."""

import contextlib
import functools
import math
import os
import pathlib
from typing import Any

import numpy as np
import pytest
import torch

import compat
import dispatcher
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.codemod.commands import contents, put

GOOD = torch.rand(1, 4000) * 0.2


def _with(value: float) -> torch.Tensor:
    wave = GOOD.clone()
    wave[0, 1234] = value
    return wave


# a name, a sound, its rate, and words of the error: lame aborts in whatever container, aac never ends, and others make noise of NaN
UNBEARABLE = [
    *(("x.avi", GOOD + value, 16000, "mp3") for value in (math.nan, -math.inf, 1e30)),
    *(("x.m4a", GOOD + value, 16000, "aac") for value in (2e6, 1e30, math.inf)),
    *((f"x.{name}", GOOD + math.nan, 16000, name) for name in ("ac3", "opus", "flac")),
]
# blocks that are too short, on which FFmpeg's encoder ends the process: channels, frames and rate
SHORT_BLOCKS = [
    ("x.tta", torch.zeros(channels, frames), rate, "TTA")
    for channels, frames, rate in ((1, 1, 16000), (6, 1, 16000), (2, 2, 16000), (1, 16719, 16000), (1, 2000, 1), (2, 2000, 5))
]


# by a backend, or by 2.9 as a caller
@pytest.mark.parametrize(
    ("backend", "name", "wave", "rate", "says"),
    [
        *(("2.9", *row) for row in UNBEARABLE),
        *(("ffmpeg", *row) for row in UNBEARABLE if row[0] != "x.avi"),  # it gets PCM or no sound there
        *(("ffmpeg", *row) for row in SHORT_BLOCKS),
        *(
            (backend, "x.mp3", _with(value), 16000, "mp3")
            for backend in ("soundfile", "2.9")
            for value in (math.nan, math.inf, -math.inf, 1e38)
        ),
        # Vorbis of channels and rates at which it crashes
        *(
            (backend, "x.ogg", torch.zeros(channels, 50), rate, "Vorbis takes")
            for backend in ("soundfile", "2.9")
            for channels, rate in ((1, 200_001), (1, 2**31 - 1), (256, 16000), (300, 16000))
        ),
        # an encoder for 8,000 Hz and more would get thousands of samples for each one
        *(("ffmpeg", name, GOOD, 3, "resample") for name in ("x.mp3", "x.m4a", "x.opus", "x.ac3")),
        # channels for which FFmpeg has no layout, or that the decoder refuses, or that libsox does not survive
        *(("ffmpeg", "x.wav", torch.zeros(channels, 50), 16000, "1, 2, 3, 4, 5, 6, 7, 8, 10") for channels in (0, 9, 11, 300)),
        ("ffmpeg", "x.tta", torch.zeros(24, 50), 16000, "TTA decoder takes channels from 1 to 16"),
        *(
            pytest.param("sox", "x.wav", torch.zeros(channels, 2), 16000, "65535 channels", marks=pytest.mark.libsox)
            for channels in (0, 65536)
        ),
        # rates that no header holds
        *(
            pytest.param(backend, name, GOOD, rate, "1 to 2147483647", marks=[pytest.mark.libsox] * (backend == "sox"))
            for name in ("x.wav", "x.ogg", "x.flac", "x.mp3")
            for backend, rates in (("ffmpeg", [0, -1]), ("soundfile", [0, -1]), ("sox", []))
            for rate in (*rates, 2**31, 2**40, 2**70)
        ),
    ],
)
def test_what_save_refuses(backend: str, name: str, wave: torch.Tensor, rate: int, says: str) -> None:
    put({name: "what was there"})
    save: Any = compat.standin("2.9").save if backend == "2.9" else functools.partial(dispatcher.save, backend=backend)
    with pytest.raises((RuntimeError, ValueError), match=says):
        save(name, wave, rate)
    assert contents() == {name: b"what was there"}


@pytest.mark.parametrize(("name", "wave", "rate", "says"), [*UNBEARABLE, *SHORT_BLOCKS])
def test_what_a_writer_of_streams_refuses(name: str, wave: torch.Tensor, rate: int, says: str) -> None:
    with pytest.raises(RuntimeError, match=says):
        streaming.write(name, wave.T, rate)
    assert not os.path.exists("x.tta")


@pytest.mark.libsox
@pytest.mark.parametrize("rate", [0, -1])
@pytest.mark.parametrize("name", ["x.wav", "x.ogg", "x.flac", "x.mp3"])
def test_what_libsox_makes_of_a_rate_below_1_has_a_rate(name: str, rate: int) -> None:
    """It makes what it likes of it, as in all releases."""
    with contextlib.suppress(RuntimeError):
        dispatcher.save(name, GOOD, rate, backend="sox")
        assert dispatcher.load(name, backend="sox")[1] >= 1


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.uint32, torch.int8, torch.int16])
def test_whole_numbers_without_a_sign_are_scaled_around_their_middle(dtype: torch.dtype) -> None:
    held = torch.iinfo(dtype)
    wave = torch.tensor([[held.min, (held.max + held.min + 1) // 2, held.max] * 100], dtype=torch.int64).to(dtype)
    compat.standin("2.9").save("x.wav", wave, 16000)
    found = dispatcher.load("x.wav", backend="soundfile")[0][0, :3]
    assert torch.allclose(found, torch.tensor([-1.0, 0.0, 1.0]), atol=0.01)


@pytest.mark.parametrize(
    ("name", "options"), [("x.flac", {}), ("x.wav", {"encoding": "ULAW"}), ("x.wav", {"encoding": "ALAW"}), ("x.ogg", {})]
)
def test_nan_is_refused_where_an_integer_is_stored_by_a_table_or_a_codec(name: str, options: dict[str, str]) -> None:
    """libsndfile looks mu-law and A-law up in a table, whose end it does not know; its flac fails an assertion without a word."""
    with pytest.raises(RuntimeError, match="NaN"):
        dispatcher.save(name, GOOD * math.nan, 16000, backend="soundfile", **options)


@pytest.mark.parametrize("encoding", ["ULAW", "ALAW"])
def test_what_is_louder_than_the_table_is_clipped(encoding: str) -> None:
    for value in (1.5, 1e9, math.inf):
        for sign in (1, -1):
            dispatcher.save("x.wav", torch.full((1, 500), value * sign), 8000, encoding=encoding, backend="soundfile")
            found = dispatcher.load("x.wav", backend="soundfile")[0]
            assert (found * sign > 0.95).all()


@pytest.mark.parametrize(
    ("name", "wave", "rate", "options"),
    [
        # TTA of some frames more than are refused
        *(
            ("x.tta", torch.zeros(shape), 16000, {"backend": "ffmpeg"})
            for shape in ((1, 6), (2, 3), (6, 2), (7, 1), (1, 16718), (1, 16724))
        ),
        # integers of other kinds are rates, as in 2.0
        *(
            pytest.param("x.wav", GOOD, rate, {"backend": backend}, marks=[pytest.mark.libsox] * (backend == "sox"))
            for backend in ("ffmpeg", "soundfile", "sox")
            for rate in (np.int64(16000), np.uint16(16000), torch.tensor(16000))
        ),
        # as many channels as FFmpeg has a layout for; it was sixteen in 2.2
        *(("x.wav", torch.rand(channels, 100), 16000, {"backend": "ffmpeg", "encoding": "PCM_F"}) for channels in (10, 12, 14, 16, 24)),
    ],
)
def test_what_is_written(name: str, wave: torch.Tensor, rate: Any, options: dict[str, str]) -> None:
    dispatcher.save(name, wave, rate, **options)
    found, found_rate = dispatcher.load(name)
    assert found_rate == 16000
    assert found.shape == wave.shape
    assert torch.allclose(found, wave, rtol=0, atol=0 if "encoding" in options else 2**-15)


@pytest.mark.parametrize(("name", "format"), [("x.ogg", None), ("x.vorbis", None), ("x", "vorbis")])
def test_vorbis_of_no_frames_is_written(name: str, format: str | None) -> None:
    """FFmpeg's encoder, flushed without a frame, never ends."""
    dispatcher.save(name, torch.zeros(2, 0), 16000, format=format, backend="ffmpeg")
    assert pathlib.Path(name).read_bytes()[:4] == b"OggS"


@pytest.mark.parametrize("filter_desc", [None, "atrim=start=100"])
def test_a_stream_of_vorbis_that_got_no_frames_is_closed(filter_desc: str | None) -> None:
    """Nor if a filter let none through."""
    writer = StreamWriter("x.ogg")
    writer.add_audio_stream(16000, 2, filter_desc=filter_desc)
    with writer.open():
        if filter_desc:
            writer.write_audio_chunk(0, torch.zeros(1600, 2))
    assert pathlib.Path("x.ogg").read_bytes()[:4] == b"OggS"
