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
from tests.tables import table

GOOD = torch.rand(1, 4000) * 0.2
SOX = pytest.param("sox", marks=pytest.mark.libsox)


def _check_refused(name: str, wave: torch.Tensor, rate: Any, backend: str, says: str) -> None:
    """Check that a backend, or 2.9 as a caller, refuses to save with these words, and leaves the old file."""
    path = pathlib.Path(name)
    path.write_bytes(b"what was there")
    save: Any = compat.standin("2.9").save if backend == "2.9" else functools.partial(dispatcher.save, backend=backend)
    with pytest.raises((RuntimeError, ValueError), match=says):
        save(name, wave, rate)
    assert path.read_bytes() == b"what was there"
    assert os.listdir() == [name]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e38])
def test_samples_that_make_lame_abort_are_refused(value: float) -> None:
    """By soundfile, and by 2.9's mp3; a single such sample is enough."""
    wave = GOOD.clone()
    wave[0, 1234] = value
    for backend in ("soundfile", "2.9"):
        _check_refused("x.mp3", wave, 16000, backend, "mp3")


@pytest.mark.parametrize(
    ("name", "value", "encoder"),
    [
        *(("x.avi", value, "mp3") for value in (math.nan, -math.inf, 1e30)),
        *(("x.m4a", value, "aac") for value in (2e6, 1e30, math.inf)),
        *((f"x.{name}", math.nan, name) for name in ("ac3", "opus", "flac")),
    ],
)
def test_ffmpegs_encoders_get_no_samples_that_they_cannot_bear(name: str, value: float, encoder: str) -> None:
    """lame aborts in whatever container, aac never ends, and others make noise of NaN."""
    for backend in ("ffmpeg", "2.9"):
        if (backend, encoder) != ("ffmpeg", "mp3"):  # avi gets PCM or no sound there
            _check_refused(name, GOOD + value, 16000, backend, encoder)
    with pytest.raises(RuntimeError, match=encoder):
        streaming.write(name, (GOOD + value).T)


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


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", SOX])
@pytest.mark.parametrize("rate", [0, -1, 2**31, 2**40, 2**70])
@pytest.mark.parametrize("name", ["x.wav", "x.ogg", "x.flac", "x.mp3"])
def test_rates_that_no_header_holds_are_refused(name: str, rate: int, backend: str) -> None:
    """With the bounds in the text. Of rates below 1 libsox makes what it likes, as in all releases; what it reads has a rate."""
    if backend == "sox" and rate < 1:
        with contextlib.suppress(RuntimeError):
            dispatcher.save(name, GOOD, rate, backend="sox")
            assert dispatcher.load(name, backend="sox")[1] >= 1
        return
    _check_refused(name, GOOD, rate, backend, "1 to 2147483647")


@table(
    "name, channels, rate, backend, says",
    {
        **{
            f"Vorbis of {channels} channels at {rate} Hz, where it crashes, {backend}": ("x.ogg", channels, rate, backend, "Vorbis takes")
            for channels, rate in ((1, 200_001), (1, 2**31 - 1), (256, 16000), (300, 16000))
            for backend in ("soundfile", "2.9")
        },
        # an encoder for 8,000 Hz and more would get thousands of samples for each one
        **{f"a rate that would become hours, {name}": (name, 1, 3, "ffmpeg", "resample") for name in ("x.mp3", "x.m4a", "x.opus", "x.ac3")},
        **{
            f"{channels} channels, for which FFmpeg has no layout": ("x.wav", channels, 16000, "ffmpeg", "1, 2, 3, 4, 5, 6, 7, 8, 10")
            for channels in (0, 9, 11, 300)
        },
        "24 channels of TTA, which the decoder refuses": ("x.tta", 24, 16000, "ffmpeg", "TTA decoder takes channels from 1 to 16"),
    },
)
def test_channels_and_rates_that_an_encoder_does_not_bear_are_refused(name: str, channels: int, rate: int, backend: str, says: str) -> None:
    _check_refused(name, torch.zeros(channels, 50), rate, backend, says)


@pytest.mark.libsox
@pytest.mark.parametrize("channels", [0, 65536])
def test_libsox_is_given_no_tensor_without_channels(channels: int) -> None:
    _check_refused("x.wav", torch.zeros(channels, 2), 16000, "sox", "65535 channels")


@pytest.mark.parametrize(
    ("frames", "channels", "rate"), [(1, 1, 16000), (1, 6, 16000), (2, 2, 16000), (16719, 1, 16000), (2000, 1, 1), (2000, 2, 5)]
)
def test_tta_with_too_short_a_block_is_refused(frames: int, channels: int, rate: int) -> None:
    """FFmpeg's encoder ends the process on it, by ``save`` and by a writer of streams."""
    _check_refused("x.tta", torch.zeros(channels, frames), rate, "ffmpeg", "TTA")
    with pytest.raises(RuntimeError, match="TTA"):
        streaming.write("y.tta", torch.zeros(frames, channels), rate)
    assert not os.path.exists("y.tta")


def test_tta_of_some_frames_more_is_written() -> None:
    for shape in ((1, 6), (2, 3), (6, 2), (7, 1), (1, 16718), (1, 16724)):
        dispatcher.save("x.tta", torch.zeros(shape), 16000, backend="ffmpeg")
        assert dispatcher.load("x.tta")[0].shape == shape


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


@pytest.mark.parametrize("backend", ["ffmpeg", "soundfile", SOX])
@pytest.mark.parametrize("rate", [np.int64(16000), np.uint16(16000), torch.tensor(16000)])
def test_integers_of_other_kinds_are_rates(rate: Any, backend: str) -> None:
    """As in 2.0."""
    dispatcher.save("x.wav", GOOD, rate, backend=backend)
    assert dispatcher.load("x.wav")[1] == 16000


@pytest.mark.parametrize("channels", [10, 12, 14, 16, 24])
def test_ffmpeg_writes_as_many_channels_as_it_has_a_layout_for(channels: int) -> None:
    """Sixteen in 2.2."""
    wave = torch.rand(channels, 100)
    dispatcher.save("x.wav", wave, 16000, backend="ffmpeg", encoding="PCM_F")
    assert torch.equal(dispatcher.load("x.wav")[0], wave)
