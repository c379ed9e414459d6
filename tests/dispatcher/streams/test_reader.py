"""Reading streams: what the recorded cases do not show."""

import copy
import errno
import pathlib
import pickle
import sys
from typing import Any

import av
import pytest
import torch

import dispatcher
from dispatcher.settings import Settings
from dispatcher.streams.chunks import ChunkTensor
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter
from tests import streaming
from tests.codemod.commands import put
from tests.conftest import ASSETS
from tests.doubles import ReadOnly
from tests.oracle.replay import Unseekable
from tests.tables import table

WAV = str(ASSETS / "stereo_s16.wav")
MP4 = str(ASSETS / "moving.mp4")


def _reader(source: Any, frames: int = -1, **options: Any) -> StreamReader:
    """A reader of all sound in chunks of so many frames; by default what is there makes one chunk."""
    reader = StreamReader(source, **options)
    reader.add_basic_audio_stream(frames, -1)
    return reader


@pytest.mark.parametrize(
    ("mode", "to", "frames", "begins"),
    [("key", 0.5, 26624, 0.0), ("any", 0.31, 14336, 0.2786), ("any", 0.77, 5120, 0.4876), ("precise", 0.5, 4096, 0.5108)],
)
def test_the_sound_of_a_video_begins_where_its_pictures_let_it(mode: str, to: float, frames: int, begins: float) -> None:
    """As recorded of 2.1.2: FFmpeg seeks by the pictures, though only the sound is asked for."""
    reader = _reader(str(ASSETS / "video_with_sound.mp4"))
    reader.seek(to, mode)
    reader.process_all_packets()
    (chunk,) = reader.pop_chunks()
    assert (len(chunk), round(chunk.pts, 4)) == (frames, begins)


@pytest.mark.parametrize(("name", "opened"), [("stereo_16.flac", str), ("stereo_16.flac", ReadOnly), ("stereo.vorbis.ogg", ReadOnly)])
def test_a_place_that_cannot_be_reached_is_named(name: str, opened: Any) -> None:
    """FFmpeg says "Operation not permitted" or "Broken pipe", which sounds like something else."""
    path = ASSETS / name
    reader = _reader(str(path) if opened is str else opened(path.read_bytes()))
    with pytest.raises(RuntimeError, match=r"100.0 seconds are beyond its end, or it cannot seek\.$"):
        reader.seek(100.0)


@pytest.mark.parametrize("added", [0, 1])
def test_a_packet_of_any_stream_counts(added: int) -> None:
    reader = StreamReader(str(ASSETS / "video_with_sound.mp4"))
    for _ in range(added):
        reader.add_basic_audio_stream(-1)
    assert [reader.process_packet() for _ in range(34)] == [0] * 33 + [1]
    if not added:
        assert reader.process_packet() == 1


def test_a_chunk_is_a_tensor_and_what_is_computed_of_it_is_plain() -> None:
    """It has a time; it pickles and is copied with it."""
    reader = _reader(WAV, 1000)
    chunk, *_ = [chunk for (chunk,) in reader.stream() if chunk is not None][1:]
    assert isinstance(chunk, torch.Tensor)
    assert type(chunk) is ChunkTensor
    assert chunk.pts == 0.0625
    assert "pts=0.0625" in repr(chunk)
    for plain in (chunk + 1, chunk.t(), chunk[0], torch.cat([chunk, chunk]), chunk.clone(), torch.Tensor(chunk)):
        assert type(plain) is torch.Tensor
    for same in (pickle.loads(pickle.dumps(chunk)), copy.deepcopy(chunk)):
        assert (type(same), same.pts) == (ChunkTensor, 0.0625)
        assert torch.equal(same, chunk)


def _pictures(source: str, demuxer: str | None, frames: int, **asked: Any) -> torch.Tensor:
    """The first pictures of a source: through a filter if one is asked for, else as a basic stream."""
    reader = StreamReader(source, format=demuxer)
    (reader.add_video_stream if "filter_desc" in asked else reader.add_basic_video_stream)(frames, **asked)
    reader.fill_buffer()
    (chunk,) = reader.pop_chunks()
    assert chunk is not None
    return chunk


def test_several_streams_of_one_source() -> None:
    """Each with filters of its own; one is taken away, the others count one less."""
    reader = StreamReader(MP4)
    reader.add_basic_audio_stream(4000)
    reader.add_basic_audio_stream(-1, -1, sample_rate=8000)
    reader.add_basic_video_stream(5, format="gray")
    assert reader.num_out_streams == 3
    assert reader.fill_buffer() == 0
    shapes = [tuple(chunk.shape) for chunk in reader.pop_chunks() if chunk is not None]
    assert shapes[0] == (4000, 1)
    assert shapes[2] == (5, 1, 32, 48)
    reader.remove_stream(1)
    assert reader.num_out_streams == 2
    assert reader.get_out_stream_info(1).media_type == "video"
    list(reader.stream())


def test_sound_and_pictures_are_read_in_step() -> None:
    """In each second a picture is white and its sound loud, at the time when they were written."""
    pictures, sound = torch.zeros(30, 3, 32, 48, dtype=torch.uint8), torch.zeros(3, 16000, 1)
    pictures[5::10], sound[:, 8000:9600] = 255, 0.8
    writer = StreamWriter("x.mkv")
    writer.add_audio_stream(16000, 1, encoder="pcm_s16le")
    writer.add_video_stream(10, 48, 32, encoder="mpeg4")
    with writer.open() as opened:
        for heard, seen in zip(sound.flatten(0, 1).split(8000), pictures.split(5), strict=True):
            opened.write_audio_chunk(0, heard)
            opened.write_video_chunk(1, seen)
    reader = _reader("x.mkv", 1600)
    reader.add_basic_video_stream(1, -1, format="gray")
    chunks = [(round(heard.pts, 2), round(seen.pts, 2), bool(heard.max() > 0.4), bool(seen.max() > 128)) for heard, seen in reader.stream()]
    assert chunks == [(at / 10, at / 10, at % 10 == 5, at % 10 == 5) for at in range(30)]


def test_an_object_without_seek_is_read_as_it_comes() -> None:
    """Not to its end first."""
    path = ASSETS / "long.flac"
    pipe = ReadOnly(path.read_bytes())
    reader = _reader(pipe, 100, buffer_size=1024)
    reader.fill_buffer()
    before = pipe.asked
    assert torch.equal(streaming.sound(StreamReader(ReadOnly(path.read_bytes()))), streaming.sound(StreamReader(str(path))))
    list(reader.stream())
    assert pipe.asked > before


def test_an_object_that_refuses_to_seek_is_read_with_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pathlib.Path(WAV).read_bytes()
    with pytest.raises(OSError, match="seek"):
        StreamReader(Unseekable(data))
    monkeypatch.setattr(StreamReader, "settings", Settings(unseekable_objects=True))
    assert len(streaming.sound(StreamReader(Unseekable(data)))) == 4000


def test_a_growing_file_is_followed() -> None:
    """With FFmpeg's own option, which waits for more."""
    put({"growing.raw": b"\1\0" * 8000})
    reader = _reader("growing.raw", 2000, format="s16le", option={"sample_rate": "16000", "channels": "1", "follow": "1"})
    assert reader.fill_buffer() == 0
    with open("growing.raw", "ab") as file:
        file.write(b"\2\0" * 16000)
    got = 0
    while got < 20000:
        assert reader.fill_buffer() == 0
        got += sum(len(chunk) for chunk in reader.pop_chunks() if chunk is not None)


class Device:
    """Has nothing at first, as a microphone: FFmpeg says EAGAIN."""

    def __init__(self, container: Any, times: int) -> None:
        self.container, self.times, self.format = container, times, container.format

    def demux(self) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise av.error.BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return self.container.demux()


@pytest.mark.parametrize(("timeout", "times", "ready"), [(None, 1, False), (1000, 3, True), (-1, 3, True), (10, 1000, False)])
def test_a_device_without_data_is_asked_again(timeout: float | None, times: int, ready: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _reader(WAV, 100)
    with monkeypatch.context() as patched:
        patched.setattr(reader, "_container", Device(reader._container, times))
        if ready:
            assert reader.process_packet(timeout, 1.0) == 0
        else:
            with pytest.raises(RuntimeError, match="unavailable"):
                reader.process_packet(timeout, 5.0)


DATA, RAW = (ASSETS / "stereo_s16.wav").read_bytes(), str(ASSETS / "stereo_s16.raw")


@table("source, options", {
    # 2.0 took a tensor as well
    **{f"{type(held).__name__} of a file": (held, {}) for held in (DATA, bytearray(DATA), memoryview(DATA), torch.frombuffer(bytearray(DATA), dtype=torch.uint8))},
    # FFmpeg 7 took some names of options away
    **{
        f"raw samples, {option}": (RAW, {"format": "s16le", "option": option})
        for option in (
            {"sample_rate": "16000", "channels": "2"},
            {"sample_rate": "16000", "ch_layout": "stereo"},
            {"sample_rate": 16000, "channel_layout": "stereo"},
        )
    },
})  # fmt: skip
def test_what_gives_the_sound_of_a_file(source: Any, options: dict[str, Any]) -> None:
    assert torch.equal(streaming.sound(StreamReader(source, **options)), streaming.sound(StreamReader(WAV)))


@pytest.mark.parametrize(
    ("format", "channels", "dtype", "span"),
    [
        ("rgb48le", 3, torch.int16, (-32768, 32545)),
        ("yuv420p10le", 3, torch.int16, (14, 1010)),
        ("nv12", 3, torch.uint8, (3, 253)),
        ("gray8", 1, torch.uint8, (0, 255)),
        ("argb", 4, torch.uint8, (0, 255)),
    ],
)
def test_pixels_become_tensors(format: str, channels: int, dtype: torch.dtype, span: tuple[int, int]) -> None:
    """As in the real 2.2.2: unsigned 16 bits are moved into int16, colours of half the size are repeated."""
    chunk = _pictures("testsrc=duration=0.5:size=16x16:rate=10", "lavfi", 2, format=format)
    assert (chunk.dtype, tuple(chunk.shape)) == (dtype, (2, channels, 16, 16))
    assert chunk.is_contiguous()
    assert (int(chunk.min()), int(chunk.max())) == span


@pytest.mark.parametrize(
    ("named", "filters"), [({}, ""), ({"width": 20, "height": 12}, "scale=width=20:height=12,"), ({"frame_rate": 5}, "fps=5,")]
)
@pytest.mark.parametrize("format", ["rgb24", "bgr24"])
def test_pictures_are_those_of_ffmpeg_itself(format: str, named: dict[str, Any], filters: str) -> None:
    """Whatever format they pass through on the way."""
    plain = _pictures(MP4, None, 3, filter_desc=f"{filters}format=pix_fmts={format}")
    assert torch.equal(_pictures(MP4, None, 3, format=format, **named), plain)


def test_pictures_that_are_stored_from_the_bottom_up() -> None:
    """``vflip`` only turns the addresses of lines."""
    source = "testsrc=duration=0.5:size=18x16:rate=10"
    plain, turned = (_pictures(source, "lavfi", 1, filter_desc=description) for description in (None, "vflip"))
    assert torch.equal(plain.flip(2), turned)


@pytest.mark.parametrize(
    ("place", "format", "text"),
    [
        ("default", "nosuch", "reads no format 'nosuch'.*get_input_devices"),
        ("/dev/video99", "v4l2", "No such file.*check that the device is there"),
        ("sine=nosuch=1", "lavfi", "Option not found"),
    ],
)
def test_a_capture_device_that_is_not_there(place: str, format: str, text: str) -> None:
    if format == "v4l2" and not sys.platform.startswith("linux"):
        text = "reads no format 'v4l2'"
    with pytest.raises(RuntimeError, match=text) as caught:
        StreamReader(place, format=format)
    assert repr(place) in str(caught.value)


def test_another_decoder_of_the_same_codec() -> None:
    """It is given what the container tells."""
    whole, floats = (streaming.sound(StreamReader(str(ASSETS / "long.mp3")), decoder=name) for name in ("mp3", "mp3float"))
    torch.testing.assert_close(whole, floats, atol=1e-3, rtol=0)


@pytest.mark.parametrize("channels", [1, 2, 6, 8, 16])
@pytest.mark.parametrize("name", ["x.wv", "x.tta"])
def test_the_sound_of_a_file_of_many_channels_is_told_of(name: str, channels: int) -> None:
    """PyAV lists planes that are not there if there are eight or more of them."""
    dispatcher.save(name, torch.zeros(channels, 8000), 8000)
    reader = StreamReader(name)
    reader.add_audio_stream(-1, filter_desc="aresample=4000")
    assert (reader.get_out_stream_info(0).num_channels, reader.get_out_stream_info(0).sample_rate) == (channels, 4000)
