"""What a stream refuses, with a reason; and what few programs ask of one."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import torch

from dispatcher.streams.effector import AudioEffector
from dispatcher.streams.playback import play_audio
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.conftest import ASSETS
from tests.tables import table

WAV = str(ASSETS / "stereo_s16.wav")
TONE = torch.sin(torch.arange(8000) / 10)[:, None].repeat(1, 2) / 2


def _writer(format: str) -> StreamWriter:
    return StreamWriter(io.BytesIO(), format=format)


def _closed() -> StreamWriter:
    return streaming.write(io.BytesIO(), TONE, container="wav")


def _opened() -> StreamWriter:
    writer = _writer("wav")
    writer.add_audio_stream(16000, 2)
    return writer.open()


@table("action, kind, text", {
    "no frames in a chunk": (lambda: StreamReader(WAV).add_basic_audio_stream(0), RuntimeError, "frames_per_chunk is 0"),
    "a filter with no input in a chain": (
        lambda: StreamReader(WAV).add_audio_stream(-1, filter_desc="anull,anullsrc"), RuntimeError, "anullsrc has no input left",
    ),
    "sound in gif": (lambda: _writer("gif").add_audio_stream(16000, 2), RuntimeError, "gif holds no audio"),
    "a setting that an encoder does not take": (
        lambda: _writer("flac").add_audio_stream(16000, 2, "s16", encoder_option={"compression_level": "99"}),
        RuntimeError, "the encoder 'flac' does not open so",
    ),
    "pixels by an unknown name": (
        lambda: _writer("avi").add_video_stream(25, 32, 32, encoder="mpeg4", encoder_format="nothing"), RuntimeError,
        "does not take the pixel format 'nothing'",
    ),
    "pictures in an unknown format": (lambda: _writer("avi").add_video_stream(25, 32, 32, "yuv420p"), RuntimeError, "is none of gray8"),
    "opening after closing": (lambda: _closed().open(), RuntimeError, "closed already"),
    "a chunk that is no tensor": (lambda: _opened().write_audio_chunk(0, [[0.0, 0.0]]), TypeError, "list, not a tensor"),  # type: ignore[arg-type]
    "an effect on no tensor": (lambda: AudioEffector().apply([[0.0]], 16000), TypeError, "list, not a tensor"),  # type: ignore[arg-type]
    "effects in chunks of no frames": (lambda: AudioEffector().stream(TONE, 16000, 0), RuntimeError, "frames_per_chunk is 0"),
    "playing one dimension": (lambda: play_audio(torch.zeros(9), 16000), ValueError, r"\[time, channel\]"),
})  # fmt: skip
def test_it_is_refused_with_a_reason(action: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        action()


def test_a_stream_that_is_removed_is_not_decoded_and_can_be_added_again() -> None:
    reader = StreamReader(WAV)
    reader.add_basic_audio_stream(-1, -1)
    reader.remove_stream(0)
    assert reader.num_out_streams == 0
    assert len(streaming.sound(reader)) == 4000


def test_an_effect_that_drops_everything_gives_silence_or_nothing() -> None:
    dropping = "atrim=start_sample=9000"
    assert not AudioEffector(effect=dropping).apply(TONE, 16000).any()
    assert AudioEffector(effect=dropping, pad_end=False).apply(TONE, 16000).shape == (0, 2)
