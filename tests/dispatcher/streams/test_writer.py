"""Writing streams: what the recorded cases do not show."""

import os
import select
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.codemod.commands import contents, put
from tests.doubles import WriteOnly

TONE = torch.sin(torch.arange(16000) / 10)[:, None].repeat(1, 2) / 2


def _writer(place: Any, **named: Any) -> StreamWriter:
    writer = StreamWriter(place, **named)
    writer.add_audio_stream(16000, 2)
    return writer


def test_a_file_is_replaced_when_it_is_complete() -> None:
    """Until ``close`` the old one is there; nothing else is left in the folder."""
    put({"x.flac": "old"})
    with _writer("x.flac").open() as opened:
        opened.write_audio_chunk(0, TONE)
        assert contents()["x.flac"] == b"old"
    assert torch.allclose(streaming.sound(StreamReader("x.flac")), TONE, atol=1e-4)
    assert os.listdir() == ["x.flac"]


@pytest.mark.parametrize("end", ["dropped", "opened and dropped", "failed and closed"])
def test_a_writer_that_does_not_come_to_its_end_leaves_the_old_file(end: str) -> None:
    put({"x.wav": "old"})
    writer = _writer("x.wav")
    if end != "dropped":
        writer.open().write_audio_chunk(0, TONE)
    if end == "failed and closed":
        writer._failed = True
        writer.close()
    del writer
    assert contents() == {"x.wav": b"old"}


def test_what_was_written_before_an_error_of_the_caller_is_kept() -> None:
    """As in the releases: a recording that is ended by Ctrl-C is a good file."""

    def record() -> None:
        with _writer("x.wav").open() as opened:
            opened.write_audio_chunk(0, TONE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert streaming.sound(StreamReader("x.wav")).shape == TONE.shape


def test_an_object_gets_bytes_as_they_come() -> None:
    """All of them, though it takes few at a time; without ``seek`` the header cannot be mended."""
    sink = WriteOnly(1000)
    with _writer(sink, format="mp3").open() as opened:
        opened.write_audio_chunk(0, TONE)
        assert sink.data
    assert len(streaming.sound(StreamReader(sink.data))) >= len(TONE)


def test_a_pipe_is_written_at_once() -> None:
    """Its reader need not wait for the end."""
    os.mkfifo("pipe")
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(open, "pipe", "rb", 0)
        with _writer("pipe", format="s16le").open() as opened, reader.result() as file:
            opened.write_audio_chunk(0, TONE[:100])
            assert select.select([file], [], [], 5)[0]
            assert len(file.read(1000)) == TONE[:100].numel() * 2


def test_closing_flushes() -> None:
    """The releases lost what an encoder held back."""
    streaming.write("x.mp3", TONE).close()
    assert len(streaming.sound(StreamReader("x.mp3"))) == len(TONE)


@pytest.mark.parametrize(
    ("extension", "rate", "channels", "stored"),
    [
        ("mp3", 7000, 2, (44100, 2)),
        ("mp3", 16000, 6, (16000, 1)),
        ("aac", 7000, 2, (96000, 2)),
        ("g722", 8000, 2, (16000, 1)),
        ("flac", 12345, 3, (12345, 3)),
        ("mka", 16000, 1, (16000, 1)),
    ],
)
def test_what_an_encoder_lacks_is_converted(extension: str, rate: int, channels: int, stored: tuple[int, int]) -> None:
    """To the first rate and layout that it lists, as in the real 2.2.2."""
    streaming.write(f"x.{extension}", torch.rand(rate, channels) - 0.5, rate)
    told: Any = StreamReader(f"x.{extension}").get_src_stream_info(0)
    assert (told.sample_rate, told.num_channels) == stored


def test_chunks_have_their_times() -> None:
    writer = StreamWriter("x.mkv")
    writer.add_video_stream(10, 48, 32)
    with writer.open() as opened:
        opened.write_video_chunk(0, torch.zeros(2, 3, 32, 48, dtype=torch.uint8), 0.0)
        opened.write_video_chunk(0, torch.zeros(1, 3, 32, 48, dtype=torch.uint8), 1.0)
    reader = StreamReader("x.mkv")
    reader.add_basic_video_stream(1, -1)
    assert [round(chunk.pts, 3) for (chunk,) in reader.stream() if chunk is not None] == [0.0, 0.1, 1.0]
