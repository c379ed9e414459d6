"""Readers and writers: what they open, what an interrupt leaves, and what thousands of them leave."""

import io
import itertools
import pathlib
import signal
import sys
from typing import Any

import av
import pytest
import torch

from dispatcher.settings import Settings
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.conftest import ASSETS
from tests.doubles import Watched, fails
from tests.reliability import planted, process, server, watch

_MB = 1 << 20
RATE = 4000


def _read(place: Any, **named: Any) -> int:
    return len(streaming.sound(StreamReader(place, **named)))


@pytest.mark.parametrize(
    ("name", "kind"), [("x.m3u8", "hls"), ("x.wav", "hls"), ("x.ffconcat", "concat"), ("x.sdp", "sdp"), ("x.mpd", "dash"), ("x.imf", "imf")]
)
def test_a_source_opens_nothing_but_itself(name: str, kind: str, tmp_path: pathlib.Path, canary: watch.Watch, web: server.Server) -> None:
    """By path, object or bytes; not even where a format is named that is not of that kind."""
    path = tmp_path / name
    for where in (str(canary.path), canary.path.name, f"file:{canary.path}", web.url("canary.wav")):
        text = planted.PLAYLISTS[kind].format(target=where).encode()
        path.write_bytes(text)
        for place, format in itertools.product((str(path), path, io.BytesIO(text), text), (None, "wav", "mp3", "mov")):
            with pytest.raises(RuntimeError):
                _read(place, format=format)
    assert not web.asked


def test_what_the_caller_names_opens_that(canary: watch.Watch) -> None:
    """``format="concat"`` follows a list of files, which is what it is for; an address is asked by its own protocol."""
    listed = canary.path.with_name("list.txt")
    listed.write_text("ffconcat version 1.0\n" + 2 * f"file {canary.path.name}\n")
    assert _read(str(listed), format="concat") == 4000
    assert canary.opened()


def test_an_address_names_no_file(canary: watch.Watch, monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    """A list that a server gives may name addresses of that kind, and no file of this machine."""
    text = planted.PLAYLISTS["hls"].format(target=f"file://{canary.path}").encode()
    monkeypatch.setitem(server.BEHAVIOUR, "listed", server.sends(text))
    with pytest.raises(RuntimeError):
        _read(web.url("listed.m3u8"))
    assert "/listed.m3u8" in web.asked


@pytest.mark.parametrize(
    ("path", "frames"), [("stereo_s16.wav", 4000), ("long.mp3", 48000), ("stereo_16.flac", 4000), ("redirects.wav", 4000)]
)
def test_an_address_plays(path: str, frames: int, web: server.Server) -> None:
    """Also where the server sends on to another address of its own kind."""
    assert _read(web.url(path)) == frames
    assert web.asked[0] == f"/{path}"


def test_a_list_of_addresses_plays(monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    """Where the address says by its ending that it is one, as live streams are given."""
    text = b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nlong.mp3\n#EXT-X-ENDLIST\n"
    monkeypatch.setitem(server.BEHAVIOUR, "listed", server.sends(text))
    with av.open(web.url("listed.m3u8")) as container:
        bare = sum(frame.samples for frame in container.decode(audio=0))
    web.asked.clear()
    assert _read(web.url("listed.m3u8")) == bare > 40000
    assert "/long.mp3" in web.asked


def test_options_leave_each_wait_bounded_and_not_the_whole(monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    """FFmpeg opens the address itself then: a slow server is read to its end, and a silent one is told of."""
    monkeypatch.setattr(StreamReader, "settings", Settings(network_timeout=0.6))
    assert _read(web.url("drips.wav"), option={"user_agent": "x"}) == 4000
    with pytest.raises(RuntimeError, match="network_timeout"):
        _read(web.url("stalls.wav"), option={"user_agent": "x"})


def test_a_part_of_a_list_that_stalls_is_told_of(monkeypatch: pytest.MonkeyPatch, web: server.Server) -> None:
    """FFmpeg calls it invalid, or leaves it out."""
    body = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nstalling.ts\n#EXT-X-ENDLIST\n"
    monkeypatch.setitem(server.BEHAVIOUR, "list", server.sends(body))
    data = streaming.saved(torch.rand(1, 16000), 16000, "mpegts", "ffmpeg")
    monkeypatch.setitem(server.BEHAVIOUR, "stalling", server.stalls(data, 3000))
    monkeypatch.setattr(StreamReader, "settings", Settings(network_timeout=0.4))
    with pytest.raises(RuntimeError, match="network_timeout"):
        _read(web.url("list.m3u8"))


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("place", ["path", "object"])
def test_an_interrupt_while_reading_leaves_nothing_open(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the reader is let go, and not when the collector next runs."""
    from dispatcher.streams.buffers import Chunked

    push, count = Chunked.push, 0
    before = process.open_files()

    def interrupted(self: Any, *arguments: Any) -> None:
        nonlocal count
        push(self, *arguments)
        count += 1
        if not count % 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Chunked, "push", interrupted)
    for _ in range(5):
        with (ASSETS / "long.flac").open("rb") as source:
            reader = StreamReader(source if place == "object" else str(ASSETS / "long.flac"))
            reader.add_basic_audio_stream(1000)
            with pytest.raises(KeyboardInterrupt):
                reader.process_all_packets()
            del reader
        assert process.open_files() == before


def test_an_interrupt_while_an_object_is_asked_comes_through() -> None:
    """PyAV would print it and read on."""
    with pytest.raises(KeyboardInterrupt):
        _read(Watched((ASSETS / "long.flac").read_bytes(), read=fails(KeyboardInterrupt, at=4)))


def _use(number: int, folder: pathlib.Path) -> None:
    """A reader that is read to its end, one that is not, a writer that is closed and one that is dropped."""
    video = StreamReader(str(ASSETS / "moving.mp4"))
    video.add_basic_video_stream(5)
    video.add_basic_audio_stream(4000)
    video.fill_buffer()
    sound = StreamReader(io.BytesIO((ASSETS / "stereo_16.flac").read_bytes()))
    sound.add_basic_audio_stream(1000, sample_rate=8000)
    for _ in sound.stream():
        pass
    path = str(folder / "x.flac")
    if number % 2:
        streaming.write(path, torch.zeros(500, 2))
    else:
        dropped = StreamWriter(path)
        dropped.add_audio_stream(16000, 2)
        dropped.open()
        dropped.write_audio_chunk(0, torch.zeros(500, 2))
    for wrong in ("text.wav", "empty.wav"):
        with pytest.raises(RuntimeError):
            StreamReader(str(ASSETS / wrong))


@pytest.mark.usefixtures("uncollected")
def test_many_readers_and_writers_leave_nothing(tmp_path: pathlib.Path) -> None:
    """No descriptor and no memory, with Python's garbage collector off."""
    for number in range(30):
        _use(number, tmp_path)
    files, memory = process.open_files(), process.settled()
    for number in range(75):
        _use(number, tmp_path)
    assert process.open_files() == files
    assert process.settled() - memory < 3 * _MB / 2
    assert [path.name for path in tmp_path.iterdir()] == ["x.flac"]


def test_an_hour_of_sound_takes_no_more_memory_than_a_minute(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "hour.flac")
    minute = torch.randint(-20000, 20000, (60 * RATE, 1), dtype=torch.int16)
    writer = StreamWriter(path)
    writer.add_audio_stream(RATE, 1, "s16", encoder_option={"compression_level": "0"})
    memory = 0
    with writer.open() as opened:
        for number in range(60):
            opened.write_audio_chunk(0, minute)
            memory = memory or process.settled()
            assert process.settled() - memory < 8 * _MB, number
    reader = StreamReader(path)
    reader.add_basic_audio_stream(RATE)
    memory, frames = 0, 0
    for number, (chunk,) in enumerate(reader.stream()):
        assert chunk is not None
        frames += len(chunk)
        if number == 60:
            memory = process.settled()
    assert frames == 3600 * RATE
    assert process.settled() - memory < 8 * _MB
    assert sys.getrefcount(reader) < 5
