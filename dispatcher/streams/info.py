"""What a reader reports of its source's streams and of its output streams.

A source stream is described before anything of it is decoded.
"""

import dataclasses
from typing import Any

from dispatcher.backends.ffmpeg import probe
from dispatcher.errors import BackendError
from dispatcher.streams import graphs


@dataclasses.dataclass
class SourceStream:
    """A stream of the source.

    Args:
        media_type: ``"audio"``, ``"video"``, ``"subtitle"``, ``"data"`` ...
        codec: FFmpeg's short name of the codec.
        codec_long_name: its description.
        format: of samples (``"s16"``) or pixels (``"yuv420p"``); ``None`` if there is none.
        bit_rate: bits per second; 0 if unknown.
        num_frames: as the container tells; 0 if it does not.
        bits_per_sample: used bits of a sample, as the codec tells; 0 if it does not.
        metadata: the stream's tags.
    """

    media_type: str
    codec: str
    codec_long_name: str
    format: str | None
    bit_rate: int | None
    num_frames: int | None
    bits_per_sample: int | None
    metadata: dict[str, str]


@dataclasses.dataclass
class SourceAudioStream(SourceStream):
    """An audio stream; ``sample_rate`` in Hz."""

    sample_rate: float
    num_channels: int


@dataclasses.dataclass
class SourceVideoStream(SourceStream):
    """A video stream; ``frame_rate`` in pictures per second."""

    width: int
    height: int
    frame_rate: float


@dataclasses.dataclass
class OutputStream:
    """An output stream of a reader; in 2.0 it has only the first two fields.

    Args:
        source_index: the number of the source's stream.
        filter_description: in FFmpeg's language.
        media_type: ``"audio"`` or ``"video"``.
        format: of samples or pixels.
    """

    source_index: int
    filter_description: str
    media_type: str
    format: str


@dataclasses.dataclass
class OutputAudioStream(OutputStream):
    """An audio stream; ``sample_rate`` in Hz."""

    sample_rate: float
    num_channels: int


@dataclasses.dataclass
class OutputVideoStream(OutputStream):
    """A video stream; ``frame_rate`` is always -1, as in the releases."""

    width: int
    height: int
    frame_rate: float


def entering(stream: Any, context: Any) -> graphs.Input:
    """Return what a stream's frames are like, as its container tells."""
    if stream.type == "audio":
        format = getattr(context.format, "name", None)
        if not format or not context.sample_rate or not context.layout.nb_channels:
            raise BackendError(
                f"the format of stream {stream.index} is unknown until it is decoded, so the "
                "stream cannot be filtered"
            )
        return graphs.SoundInput(format, context.layout.name, context.sample_rate, stream.time_base)
    if not context.pix_fmt or not context.width or not context.height:
        raise BackendError(
            f"the size or format of the pictures of stream {stream.index} is not known"
        )
    aspect = context.sample_aspect_ratio
    return graphs.PictureInput(
        context.pix_fmt,
        context.width,
        context.height,
        stream.average_rate,
        stream.time_base,
        aspect or None,
        context.colorspace,
        context.color_range,
    )


_RAW_BITS = {"h264": 8, "vp9": 8, "av1": 8}


def source_info(stream: Any) -> SourceStream:
    """Return what a container tells of one of its streams."""
    context = getattr(stream, "codec_context", None)
    if context is None:
        name = str(getattr(stream, "name", None) or "unknown")
        return SourceStream(stream.type, name, name, None, None, None, None, dict(stream.metadata))
    codec = context.codec.canonical_name
    common = (stream.type, codec, context.codec.long_name)
    if stream.type == "audio":
        return SourceAudioStream(
            *common,
            getattr(context.format, "name", None),
            context.bit_rate or 0,
            stream.frames,
            _sound_bits(codec, context),
            dict(stream.metadata),
            float(context.sample_rate),
            context.channels,
        )
    if stream.type == "video":
        return SourceVideoStream(
            *common,
            context.pix_fmt,
            context.bit_rate or 0,
            stream.frames,
            _RAW_BITS.get(codec, 0),
            dict(stream.metadata),
            context.width,
            context.height,
            float(stream.base_rate or 0),
        )
    return SourceStream(*common, None, None, None, None, dict(stream.metadata))


_STORED_WIDE = 24


def _sound_bits(codec: str, context: Any) -> int:
    """Return the bits that a sample uses.

    FFmpeg tells them of lossless codecs, and of PCM of 24 bits and more.
    """
    bits = probe.bits_per_sample(codec, context.extradata)
    if codec.startswith("pcm_"):
        return bits if bits >= _STORED_WIDE and codec.startswith(("pcm_s", "pcm_u")) else 0
    return bits
