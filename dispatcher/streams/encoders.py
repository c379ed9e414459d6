"""Choose and open the encoder of a stream: its samples or pixels, rate, channels and options."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from dispatcher.backends.ffmpeg.encode import LAYOUTS, quality
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import BackendError
from dispatcher.lazily import av
from dispatcher.streams import sources

# FFmpeg 5 chose libvorbis for these muxers. PyAV lacks it; FFmpeg's own encoder takes only stereo.
_PREFERRED_SOUND = {"ogg": "vorbis", "matroska": "vorbis"}
# for other numbers of channels: flac changes neither channels nor rate
_LOSSLESS_SOUND = {"ogg": "flac", "matroska": "flac"}
_STEREO = 2
# tried if an encoder does not take the channels that come; the releases took its first layout, mono
_OTHER_CHANNELS = (1, 2)
_RATE_LIMIT = 1 << 24
# encoders that take only one rate, and do not list it
_ONLY_RATE = {"adpcm_g722": 16000, "g722": 16000}
_TOLERANCE = 4_000_000  # bits per second: FFmpeg's own default, which PyAV lowers


class Sound(NamedTuple):
    """The arguments of ``add_audio_stream``."""

    sample_rate: int
    num_channels: int
    encoder: str | None
    option: Mapping[str, str] | None
    encoder_sample_rate: int | None
    encoder_num_channels: int | None
    encoder_format: str | None
    config: Any


class Pictures(NamedTuple):
    """The arguments of ``add_video_stream``."""

    frame_rate: Fraction
    width: int
    height: int
    encoder: str | None
    option: Mapping[str, str] | None
    encoder_frame_rate: float | None
    encoder_width: int | None
    encoder_height: int | None
    encoder_format: str | None
    config: Any
    hw_accel: str | None


def rate(number: float) -> Fraction:
    """Return a rate as a fraction, as FFmpeg does: 30000/1001 for 29.97002997."""
    return Fraction(number).limit_denominator(_RATE_LIMIT)


def layout(channels: int) -> str:
    """Return FFmpeg's default layout for a number of channels.

    Raises:
        BackendError: there is none.
    """
    if not 1 <= channels <= len(LAYOUTS):
        raise BackendError(
            f"FFmpeg has no layout for {channels} channels; it has for 1 to {len(LAYOUTS)}"
        )
    return LAYOUTS[channels - 1]


def _codec(
    container: av.container.OutputContainer, media: str, name: str | None, channels: int = _STEREO
) -> Any:
    """Return the named encoder, or the container's default."""
    if name is None:
        default = (
            container.default_audio_codec if media == "audio" else container.default_video_codec
        )
        name = default
        if media == "audio":
            preferred = _PREFERRED_SOUND if channels == _STEREO else _LOSSLESS_SOUND
            name = preferred.get(container.format.name, default)
        if name in (None, "none"):
            raise BackendError(f"{container.format.name} holds no {media}")
    try:
        codec = av.Codec(name, "w")
    except ValueError as why:
        listed = f"compat.utils.ffmpeg_utils.get_{media}_encoders()"
        raise BackendError(
            f"FFmpeg has no encoder {name!r}; {listed} lists those that it has"
        ) from why
    if codec.type != media:
        raise BackendError(f"the encoder {name!r} is for {codec.type}, not {media}")
    return codec


def _chosen(what: str, codec: Any, asked: Any, known: list[Any] | None, given: Any = None) -> Any:
    """Return the rate or format asked for, else ``given`` if the encoder takes it, else its first.

    Raises:
        BackendError: the encoder does not take the one asked for.
    """
    if asked is not None:
        if known and asked not in known:
            raise BackendError(
                f"the encoder {codec.name!r} does not take {what} {asked!r}; it takes "
                f"{', '.join(map(str, known))}"
            )
        return asked
    if not known or given in known:
        return given
    return known[0]


def _options(option: Mapping[str, str] | None, config: CodecConfig | None) -> dict[str, str]:
    options = {"strict": "experimental"}
    if config is not None:
        options.update(quality(config))
        if config.gop_size != -1:
            options["g"] = str(config.gop_size)
        if config.max_b_frames != -1:
            options["bf"] = str(config.max_b_frames)
    options.update(sources.newer_options(option, None))
    return options


def _opened(codec: Any, context: Any, asked: Mapping[str, str] | None) -> None:
    """Open an encoder.

    Raises:
        BackendError: it does not take the settings or an option.
    """
    try:
        context.open()
    except (av.FFmpegError, ValueError) as why:
        raise BackendError(
            f"the encoder {codec.name!r} does not open so: {getattr(why, 'strerror', None) or why}"
        ) from why
    unknown = [name for name in context.options if name in (asked or {})]
    if unknown:
        raise BackendError(
            f"the encoder {codec.name!r} has no option {', '.join(map(repr, unknown))}"
        )


def _bit_rate(context: Any, plain: Any, config: CodecConfig | None) -> None:
    """Set the bit rate asked for, or FFmpeg's own default, in place of PyAV's 0."""
    context.bit_rate = plain.bit_rate or 0
    context.bit_rate_tolerance = _TOLERANCE
    if config is not None and config.bit_rate > 0:
        context.bit_rate = config.bit_rate


def add_sound(container: av.container.OutputContainer, asked: Sound) -> Any:
    """Add an audio stream, and open its encoder.

    Raises:
        BackendError: there is no such encoder, or it does not take the settings.
    """
    codec = _codec(
        container, "audio", asked.encoder, asked.encoder_num_channels or asked.num_channels
    )
    formats = [found.name for found in codec.audio_formats or ()]
    format = asked.encoder_format
    if format is not None:
        format = _chosen("the sample format", codec, format, formats)
    elif formats:
        format = formats[0]
    only = _ONLY_RATE.get(codec.name)
    rates = [only] if only else codec.audio_rates
    sample_rate = _chosen(
        "the sample rate", codec, asked.encoder_sample_rate, rates, asked.sample_rate
    )
    layout(asked.num_channels)
    wanted = asked.encoder_num_channels or asked.num_channels
    channels = _taken_channels(
        codec, format, sample_rate, wanted, strictly=asked.encoder_num_channels is not None
    )
    try:
        stream: Any = container.add_stream(codec.name, rate=sample_rate)
    except (av.FFmpegError, ValueError) as why:
        raise BackendError(str(why)) from why
    context = stream.codec_context
    context.options = _options(asked.option, asked.config)
    context.layout = layout(channels)
    if format is not None:
        context.format = format
    context.time_base = Fraction(1, sample_rate)
    context.thread_count = 1
    _bit_rate(context, av.CodecContext.create(codec.name, "w"), asked.config)
    _opened(codec, context, asked.option)
    return stream


def _taken_channels(
    codec: Any, format: str | None, sample_rate: int, wanted: int, *, strictly: bool
) -> int:
    """Return how many channels an encoder takes.

    PyAV does not list its layouts, so this tries to open it.
    """
    for channels in (wanted,) if strictly else (wanted, *_OTHER_CHANNELS):
        trial: Any = av.CodecContext.create(codec.name, "w")
        trial.sample_rate, trial.layout, trial.options = (
            sample_rate,
            layout(channels),
            {"strict": "experimental"},
        )
        if format is not None:
            trial.format = format
        try:
            trial.open()
        except (av.FFmpegError, ValueError):
            continue
        return channels
    return wanted


def add_pictures(container: av.container.OutputContainer, asked: Pictures) -> Any:
    """Add a video stream, and open its encoder.

    Raises:
        BackendError: there is no such encoder or device, or it does not take the settings.
    """
    from dispatcher.streams.decoders import device

    codec = _codec(container, "video", asked.encoder)
    formats = [found.name for found in codec.video_formats or ()]
    format = asked.encoder_format
    if format is not None:
        format = _chosen(
            "the pixel format",
            codec,
            av.VideoFormat(format).name if _known(format) else format,
            formats,
        )
    elif formats:
        format = "yuvj420p" if codec.name == "mjpeg" and "yuvj420p" in formats else formats[0]
    frame_rate = rate(asked.encoder_frame_rate) if asked.encoder_frame_rate else asked.frame_rate
    accel = device(asked.hw_accel) if asked.hw_accel else None
    try:
        stream: Any = container.add_stream(codec.name, rate=frame_rate, hwaccel=accel)
    except (av.FFmpegError, ValueError, NotImplementedError) as why:
        raise BackendError(str(why)) from why
    context = stream.codec_context
    context.options = _options(asked.option, asked.config)
    context.width = asked.encoder_width or asked.width
    context.height = asked.encoder_height or asked.height
    if format is not None:
        context.pix_fmt = format
    context.framerate = frame_rate
    context.time_base = 1 / frame_rate
    context.thread_count = 1
    _bit_rate(context, av.CodecContext.create(codec.name, "w"), asked.config)
    _opened(codec, context, asked.option)
    return stream


def _known(format: str) -> bool:
    try:
        return bool(av.VideoFormat(format).name)
    except ValueError:
        return False
