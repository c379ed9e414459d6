"""Describe a container's streams before anything is decoded."""

from __future__ import annotations

from typing import Any

from dispatcher.backends.ffmpeg import probe
from dispatcher.errors import BackendError
from dispatcher.streams import graphs, info


def entering(stream: Any, context: Any) -> graphs.Input:
    """Return what a stream's frames are like, as its container tells."""
    if stream.type == "audio":
        format = getattr(context.format, "name", None)
        if not format or not context.sample_rate or not context.layout.nb_channels:
            raise BackendError(
                f"what stream {stream.index} holds is not known before it is decoded, so nothing "
                "can be filtered"
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


def source_info(stream: Any) -> info.SourceStream:
    """Return what a container tells of one of its streams."""
    context = getattr(stream, "codec_context", None)
    if context is None:
        name = str(getattr(stream, "name", None) or "unknown")
        return info.SourceStream(
            stream.type, name, name, None, None, None, None, dict(stream.metadata)
        )
    codec = context.codec.canonical_name
    common = (stream.type, codec, context.codec.long_name)
    told: Any
    if stream.type == "audio":
        bits = _sound_bits(codec, context)
        format = getattr(context.format, "name", None)
        told = (format, context.bit_rate or 0, stream.frames, bits, dict(stream.metadata))
        return info.SourceAudioStream(*common, *told, float(context.sample_rate), context.channels)  # type: ignore[call-arg]
    if stream.type == "video":
        told = (
            context.pix_fmt,
            context.bit_rate or 0,
            stream.frames,
            _RAW_BITS.get(codec, 0),
            dict(stream.metadata),
        )
        return info.SourceVideoStream(
            *common, *told, context.width, context.height, float(stream.base_rate or 0)
        )  # type: ignore[call-arg]
    return info.SourceStream(*common, None, None, None, None, dict(stream.metadata))


_STORED_WIDE = 24


def _sound_bits(codec: str, context: Any) -> int:
    """Return the bits that a sample uses.

    FFmpeg tells them of lossless codecs, and of PCM of 24 bits and more.
    """
    bits = probe.bits_per_sample(codec, context.extradata)
    if codec.startswith("pcm_"):
        return bits if bits >= _STORED_WIDE and codec.startswith(("pcm_s", "pcm_u")) else 0
    return bits
