"""What a stream refuses, with a reason; and what few programs ask of one."""

import io
import os
from collections.abc import Callable
from typing import Any

import pytest
import torch

from dispatcher.codec_config import CodecConfig
from dispatcher.streams.effector import AudioEffector
from dispatcher.streams.playback import play_audio
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.conftest import ASSETS
from tests.tables import table

WAV = str(ASSETS / "stereo_s16.wav")
Refused = tuple[Callable[..., Any], type[Exception], str]
TONE = torch.sin(torch.arange(8000) / 10)[:, None].repeat(1, 2) / 2


def _writer(format: str, rate: int = 0, place: Any = None) -> StreamWriter:
    """A writer, with a stream of stereo where a rate is given."""
    writer = StreamWriter(place or io.BytesIO(), format=format)
    if rate:
        writer.add_audio_stream(rate, 2)
    return writer


def _closed() -> StreamWriter:
    return streaming.write(io.BytesIO(), TONE, container="wav")


def _opened() -> StreamWriter:
    return _writer("wav", 16000).open()


def _flushed() -> StreamWriter:
    writer = _opened()
    writer.flush()
    return writer


def _reader() -> StreamReader:
    reader = StreamReader(WAV)
    reader.add_basic_audio_stream(10)
    return reader


READING: dict[str, Refused] = {
    "no such file": (lambda: StreamReader("nothing.here"), RuntimeError, r"nothing\.here.*No such file"),
    # FFmpeg leaves it over, and PyAV says nothing
    "an option that nobody knows": (
        lambda: StreamReader(str(ASSETS / "stereo_s16.raw"), format="s16le", option={"sampel_rate": "16000"}),
        RuntimeError, "no option 'sampel_rate'",
    ),
    "no frames in a chunk": (lambda: StreamReader(WAV).add_basic_audio_stream(0), RuntimeError, "frames_per_chunk is 0"),
    "a filter with no input in a chain": (
        lambda: StreamReader(WAV).add_audio_stream(-1, filter_desc="anull,anullsrc"), RuntimeError, "anullsrc has no input left",
    ),
    **{
        f"the decoder {name} for pcm": (lambda name=name: StreamReader(WAV).add_basic_audio_stream(100, decoder=name), RuntimeError, name)
        for name in ("flac", "h264", "nonsense")
    },
    "removing what is not there": (
        lambda: _reader().remove_stream(1), RuntimeError, "there is no output stream 1; there are 1",
    ),
}  # fmt: skip
# devices that do not open, that FFmpeg is built without, and that it does not know; with how to go on
DEVICES: dict[str, Refused] = {
    f"{what} on {accel}": (act, RuntimeError, f"hw_accel='{accel}'.*leave hw_accel out to work on the processor")
    for accel in ("cuda:0", "vdpau", "nonsense", "none")
    for what, act in {
        "reading": lambda accel=accel: StreamReader(str(ASSETS / "moving.mp4")).add_basic_video_stream(1, hw_accel=accel),
        "writing": lambda accel=accel: StreamWriter("x.mp4").add_video_stream(10, 32, 32, hw_accel=accel),
    }.items()
}
# what an encoder does not take is said when the stream is added, and not when the first chunk is written
WRITING: dict[str, Refused] = {
    "a folder that is not there": (lambda: StreamWriter("no/such/x.wav"), RuntimeError, r"no/such.*does not exist"),
    "an extension that is none": (lambda: StreamWriter("x.nonsense"), RuntimeError, r"x\.nonsense.*format"),
    "sound in gif": (lambda: _writer("gif", 16000), RuntimeError, "gif holds no audio"),
    "an encoder that is none": (
        lambda: _writer("mp4").add_audio_stream(16000, 2, encoder="nonsense"), RuntimeError, "no encoder 'nonsense'",
    ),
    "an encoder of pictures": (lambda: _writer("mp4").add_audio_stream(16000, 2, encoder="mpeg4"), RuntimeError, "for video, not audio"),
    "an option of no encoder": (
        lambda: _writer("flac").add_audio_stream(16000, 2, encoder_option={"nonsense": "1"}), RuntimeError, "no option 'nonsense'",
    ),
    "a setting that an encoder does not take": (
        lambda: _writer("flac").add_audio_stream(16000, 2, "s16", encoder_option={"compression_level": "99"}),
        RuntimeError, "the encoder 'flac' does not open so",
    ),
    "a format that an encoder does not take": (
        lambda: _writer("flac").add_audio_stream(16000, 2, encoder_format="dbl"), RuntimeError, "does not take the sample format 'dbl'",
    ),
    "a rate that an encoder does not take": (
        lambda: _writer("mp4").add_audio_stream(16000, 2, encoder="libmp3lame", encoder_sample_rate=12345),
        RuntimeError, "takes no|does not take the sample rate 12345",
    ),
    "a filter that is none": (
        lambda: _writer("flac").add_audio_stream(16000, 2, filter_desc="nosuch"), RuntimeError, "does not take the filter 'nosuch'",
    ),
    "pixels by an unknown name": (
        lambda: _writer("avi").add_video_stream(25, 32, 32, encoder="mpeg4", encoder_format="nothing"), RuntimeError,
        "does not take the pixel format 'nothing'",
    ),
    "pictures in an unknown format": (lambda: _writer("avi").add_video_stream(25, 32, 32, "yuv420p"), RuntimeError, "is none of gray8"),
    "an option of no container": (lambda: _writer("wav", 16000, "x.wav").open({"nonsense": "1"}), RuntimeError, "nonsense"),
    "opening after closing": (lambda: _closed().open(), RuntimeError, "closed already"),
    "a chunk before opening": (lambda: _writer("wav", 16000).write_audio_chunk(0, TONE), RuntimeError, "not open"),
    "a chunk after the end": (lambda: _flushed().write_audio_chunk(0, TONE), RuntimeError, "ended its streams"),
    "a stream after opening": (lambda: _opened().add_audio_stream(16000, 2), RuntimeError, "before open"),
    "another stream": (lambda: _opened().write_audio_chunk(1, TONE), RuntimeError, "no stream 1"),
    "pictures in a stream of sound": (lambda: _opened().write_video_chunk(0, TONE), RuntimeError, "audio, not video"),
    "another number of channels": (lambda: _opened().write_audio_chunk(0, TONE[:, :1]), RuntimeError, "1 channels, and the stream 2"),
    "another dtype": (lambda: _opened().write_audio_chunk(0, TONE.double()), RuntimeError, "float64"),
    "one dimension": (lambda: _opened().write_audio_chunk(0, TONE[0]), RuntimeError, "1 dimensions"),
    "a chunk that is no tensor": (lambda: _opened().write_audio_chunk(0, [[0.0, 0.0]]), TypeError, "list, not a tensor"),  # type: ignore[arg-type]
}  # fmt: skip
EFFECTS: dict[str, Refused] = {
    **{
        f"an effect on {dtype}": (lambda dtype=dtype: AudioEffector(effect="anull").apply(TONE.to(dtype), 16000), ValueError, "uint8, int16")
        for dtype in (torch.float16, torch.int64, torch.bool)
    },
    "an effect on one dimension": (lambda: AudioEffector(effect="anull").apply(torch.zeros(10), 16000), ValueError, "dimensions"),
    "an effect on no tensor": (lambda: AudioEffector().apply([[0.0]], 16000), TypeError, "list, not a tensor"),  # type: ignore[arg-type]
    "effects in chunks of no frames": (lambda: AudioEffector().stream(TONE, 16000, 0), RuntimeError, "frames_per_chunk is 0"),
    "an encoder of another format": (
        lambda: AudioEffector(format="mp3", encoder="flac").apply(TONE, 16000), RuntimeError, "mp3|flac",
    ),
    "an encoder without a format": (lambda: AudioEffector(encoder="flac"), ValueError, "format"),
    "settings of a codec without a format": (lambda: AudioEffector(codec_config=CodecConfig(bit_rate=1)), ValueError, "format"),
    # on a machine without a loudspeaker, anything
    "playing one dimension": (lambda: play_audio(TONE[:, 0], 16000), ValueError, r"\[time, channel\]"),
    "playing halves": (lambda: play_audio(TONE.half(), 16000), ValueError, "float16"),
    "playing on a device that is none": (lambda: play_audio(TONE, 16000, "nonsense"), ValueError, "not here"),
    "playing": (lambda: play_audio(TONE[:10], 16000), ValueError, "device"),
}  # fmt: skip


@table("action, kind, text", {**READING, **DEVICES, **WRITING, **EFFECTS})
def test_it_is_refused_with_a_reason(action: Callable[[], Any], kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        action()
    assert not os.listdir()


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
