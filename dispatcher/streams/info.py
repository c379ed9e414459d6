"""What a reader reports of its source's streams and of its output streams."""

from __future__ import annotations

import dataclasses


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
