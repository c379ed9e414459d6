"""``torchaudio.io`` as each release had it: where it was, its names, its signatures, its warnings."""

import inspect
import sys
import warnings
from typing import Any

import pytest

import compat
from tests.conftest import ASSETS, Python, printed

WAV = str(ASSETS / "stereo_s16.wav")
# read off the wheels with `inspect`
_READER = {
    "add_basic_audio_stream": "frames_per_chunk buffer_chunk_size * stream_index decoder decoder_option format sample_rate num_channels",
    "add_basic_video_stream": "frames_per_chunk buffer_chunk_size * stream_index decoder decoder_option format frame_rate width height hw_accel",
    "add_audio_stream": "frames_per_chunk buffer_chunk_size * stream_index decoder decoder_option filter_desc",
    "add_video_stream": "frames_per_chunk buffer_chunk_size * stream_index decoder decoder_option filter_desc hw_accel",
    "seek": "timestamp mode",
    "process_packet": "timeout backoff",
    "fill_buffer": "timeout backoff",
    "stream": "timeout backoff",
    "remove_stream": "i",
    "get_src_stream_info": "i",
    "get_out_stream_info": "i",
    "pop_chunks": "",
    "__init__": "src format option buffer_size",
}
_READER_2_0 = {
    **_READER,
    "add_basic_audio_stream": "frames_per_chunk buffer_chunk_size stream_index decoder decoder_option format sample_rate",
    "add_basic_video_stream": "frames_per_chunk buffer_chunk_size stream_index decoder decoder_option hw_accel format frame_rate width height",
    "add_audio_stream": "frames_per_chunk buffer_chunk_size stream_index decoder decoder_option filter_desc",
    "add_video_stream": "frames_per_chunk buffer_chunk_size stream_index decoder decoder_option hw_accel filter_desc",
}
_WRITER = {
    "add_audio_stream": "sample_rate num_channels format * encoder encoder_option encoder_sample_rate encoder_num_channels encoder_format "
    "codec_config filter_desc",
    "add_video_stream": "frame_rate width height format * encoder encoder_option encoder_frame_rate encoder_width encoder_height "
    "encoder_format codec_config filter_desc hw_accel",
    "write_audio_chunk": "i chunk pts",
    "write_video_chunk": "i chunk pts",
    "open": "option",
    "set_metadata": "metadata",
    "__init__": "dst format buffer_size",
}
_WRITER_2_0 = {
    **_WRITER,
    "add_audio_stream": "sample_rate num_channels format encoder encoder_option encoder_format",
    "add_video_stream": "frame_rate width height format encoder encoder_option encoder_format hw_accel",
    "write_audio_chunk": "i chunk",
    "write_video_chunk": "i chunk",
}
_OF_TORCHAUDIO, _OF_TORIO = "torchaudio.io._stream_reader.StreamReader", "torio.io._streaming_media_decoder.StreamingMediaDecoder"


def _parameters(function: Any) -> str:
    _, *parameters = inspect.signature(function).parameters.values()
    keyword_only = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    before = [parameter.name for parameter in parameters if parameter.name not in keyword_only]
    return " ".join([*before, *(["*"] if keyword_only else []), *keyword_only])


@pytest.mark.parametrize(
    ("release", "reader", "writer", "home"),
    [
        ("2.0", _READER_2_0, _WRITER_2_0, _OF_TORCHAUDIO),
        ("2.1", _READER, _WRITER, _OF_TORCHAUDIO),
        ("2.2", _READER, _WRITER, _OF_TORIO),
        ("2.8", _READER, _WRITER, _OF_TORIO),
    ],
    ids=["2.0", "2.1", "2.2", "2.8"],
)
def test_signatures_are_those_of_the_release(release: str, reader: dict[str, str], writer: dict[str, str], home: str) -> None:
    io = compat.standin(release).io
    assert {name: _parameters(getattr(io.StreamReader, name)) for name in reader} == reader
    assert {name: _parameters(getattr(io.StreamWriter, name)) for name in writer} == writer
    assert f"{io.StreamReader.__module__}.{io.StreamReader.__qualname__}" == home


def test_what_2_0_tells_of_an_output_stream() -> None:
    reader = compat.standin("2.0").io.StreamReader(WAV)
    reader.add_basic_audio_stream(1000, 3, None, None, None, "s16p", 8000)
    found = reader.get_out_stream_info(0)
    assert (type(found).__name__, vars(found)) == (
        "OutputStream",
        {"source_index": 0, "filter_description": "aresample=8000,aformat=sample_fmts=s16p"},
    )


@pytest.mark.parametrize(("release", "warned"), [("2.8", 3), ("2.2", 0)])
def test_construction_warns_under_2_8_once_a_call_site(release: str, warned: int) -> None:
    io = compat.standin(release).io
    with warnings.catch_warnings(record=True, action="default") as seen:
        for _ in range(3):
            io.StreamReader(WAV)
            io.AudioEffector(effect="anull")
            made = io.CodecConfig(bit_rate=1)
    assert sum("torchaudio.io." in str(warning.message) for warning in seen) == warned
    assert made == compat.standin(release).io.CodecConfig(bit_rate=1)


def test_torio_is_there_from_2_2_to_2_8() -> None:
    """The same classes, by its own names; taken away with the release."""
    compat.install("2.2")
    import torchaudio
    import torio.io  # type: ignore[import-not-found]
    from torio.io._streaming_media_decoder import ChunkTensor  # type: ignore[import-not-found]
    from torio.utils import ffmpeg_utils  # type: ignore[import-not-found]

    assert torio.io.StreamingMediaDecoder is torchaudio.io.StreamReader
    assert torio.io.StreamingMediaEncoder is torchaudio.io.StreamWriter
    assert torio.io.CodecConfig is torchaudio.io.CodecConfig
    assert "wav" in ffmpeg_utils.get_demuxers()
    reader = torio.io.StreamingMediaDecoder(WAV)
    reader.add_basic_audio_stream(100)
    reader.fill_buffer()
    assert isinstance(reader.pop_chunks()[0], ChunkTensor)
    compat.install("2.1")
    assert "torio" not in sys.modules
    compat.install("2.8")
    assert "torio.io" in sys.modules
    compat.uninstall()
    assert "torio" not in sys.modules


@pytest.mark.parametrize("release", ["2.0", "2.2", "2.8", "2.9"])
def test_compat_io_is_there_whatever_is_pinned(forked: Python, release: str) -> None:
    """Also under 2.9, and without warnings."""
    code = (
        "from compat.io import StreamReader, StreamWriter, AudioEffector, CodecConfig, play_audio\n"
        f"reader = StreamReader({WAV!r}); reader.add_basic_audio_stream(1000); print(sum(len(c) for (c,) in reader.stream()))\n"
    )
    assert printed(forked("-W", "error", "-c", code, TORCHAUDIO_COMPAT_VERSION=release)) == "4000\n"
