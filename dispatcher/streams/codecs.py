"""Open the decoder of a source stream, or the encoder of a stream that is written.

Either is the default or a named one, on the processor or on a device.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from dispatcher.backends.ffmpeg import decoders, packets
from dispatcher.backends.ffmpeg.encode import (
    default_encoder,
    layout_of,
    layouts,
    quality,
    warn_of_vorbis,
)
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import BackendError
from dispatcher.lazily import av
from dispatcher.streams import options, sources

_WITHOUT = "leave hw_accel out to work on the processor"
# The releases did not tell a decoder the time base. So a first frame that lost samples (the delay
# of mp3) has the time that it would have with them.
_NO_TIME_BASE = {"pkt_timebase": "0/1"}


def decoder(
    stream: Any, name: str | None, option: Mapping[str, str] | None, hw_accel: str | None
) -> Any:
    """Open a decoder for a stream; return PyAV's codec context.

    Raises:
        BackendError: it is unknown or for another codec, an option is unknown, or the device is not
            here.
    """
    known: Any = getattr(stream, "codec_context", None)
    try:
        context = _context(stream, known, name, hw_accel)
        if context.is_open and not option:  # its stream was removed, and is added again
            context.flush_buffers()
            return context
        context.thread_count = 1
        if stream.type == "audio":
            _name_layout(context)
        checked = decoders.CHECKED.get(context.name, {})
        context.options = {**_NO_TIME_BASE, **checked, **sources.newer_options(option, None)}
        context.open(strict=False)
    except (av.FFmpegError, ValueError, RuntimeError, NotImplementedError) as why:
        if isinstance(why, BackendError):
            raise
        what = f"the decoder {name!r}" if name else "its decoder"
        raise BackendError(
            f"{what} does not open: {getattr(why, 'strerror', None) or why}"
        ) from why
    options.refuse_unused(f"the decoder {context.name!r}", context, option)
    return context


def _context(stream: Any, known: Any, name: str | None, hw_accel: str | None) -> Any:
    """Return the stream's own context, or a new one where that cannot be used."""
    if known is None:
        raise BackendError(f"FFmpeg has no decoder for stream {stream.index}")
    # FFmpeg 9 drops a stream's initial padding from the first frames of such a decoder, even after
    # a seek. Earlier versions only did what packets say, and so does a new context.
    pads = (
        packets.is_mp4(stream.container)
        and stream.type == "audio"
        and getattr(known, "initial_padding", 0) > 0
    )
    if name is None and hw_accel is None and not pads:
        return known
    codec = av.Codec(name, "r") if name else known.codec
    if codec.type != stream.type or codec.canonical_name != known.codec.canonical_name:
        raise BackendError(
            f"the decoder {name!r} is for {codec.canonical_name}, and the stream holds "
            f"{known.codec.canonical_name}"
        )
    if hw_accel is None and codec.name == known.codec.name and not pads:
        return known
    made: Any = av.CodecContext.create(codec, "r", hwaccel=device(hw_accel) if hw_accel else None)
    if hw_accel and not made.is_hwaccel:
        raise BackendError(
            f"{codec.name} has no decoder on the device hw_accel={hw_accel!r} in PyAV's FFmpeg; "
            f"{_WITHOUT}"
        )
    if known.extradata:
        made.extradata = known.extradata
    if stream.type == "audio":
        made.sample_rate, made.layout = known.sample_rate, known.layout
    elif not hw_accel:
        made.width, made.height = known.width, known.height
        if known.pix_fmt:
            made.pix_fmt = known.pix_fmt
    return made


def _name_layout(context: Any) -> None:
    """Give FFmpeg's default layout to a stream that tells only its number of channels.

    Filters skip frames whose layout has no name.
    """
    count = context.layout.nb_channels
    if not context.is_open and context.layout.name == f"{count} channels" and count in layouts():
        context.layout = layouts()[count]


def device(hw_accel: str) -> Any:
    """Open PyAV's context of a hardware device with a name like ``"cuda:0"``.

    Raises:
        BackendError: this build of FFmpeg, or this machine, has none.
    """
    from av.codec import hwaccel

    kind, _, number = hw_accel.partition(":")
    known = f"it has {', '.join(hwaccel.hwdevices_available()) or 'none'}"
    if kind not in hwaccel.HWDeviceType.__members__ or kind == "none":
        raise BackendError(
            f"hw_accel={hw_accel!r} names no kind of device that FFmpeg knows; {known}; {_WITHOUT}"
        )
    if kind not in hwaccel.hwdevices_available():
        raise BackendError(
            f"PyAV's FFmpeg is built without {kind!r}, so hw_accel={hw_accel!r} does not work; "
            f"{known}; {_WITHOUT}"
        )
    try:
        accel = hwaccel.HWAccel(kind, device=number or None, allow_software_fallback=False)
        accel.create(av.Codec("h264", "r"))
    except (av.FFmpegError, RuntimeError, ValueError, NotImplementedError) as why:
        cause = getattr(why, "strerror", None) or why
        raise BackendError(
            f"the device hw_accel={hw_accel!r} does not open here ({cause}): check the device and "
            f"its driver; {_WITHOUT}"
        ) from why
    return accel


_STEREO = 2
# tried if an encoder does not take the channels that come; the releases took its first layout, mono
_OTHER_CHANNELS = (1, 2)
_RATE_LIMIT = 1 << 24
# encoders that take only one rate, and do not list it
_ONLY_RATE = {"adpcm_g722": 16000, "g722": 16000}
_TOLERANCE = 4_000_000  # bits per second: FFmpeg's own default, which PyAV lowers


def rate(number: float) -> Fraction:
    """Return a rate as a fraction, as FFmpeg does: 30000/1001 for 29.97002997."""
    return Fraction(number).limit_denominator(_RATE_LIMIT)


def _codec(
    container: av.container.OutputContainer, media: str, name: str | None, channels: int = _STEREO
) -> Any:
    """Return the named encoder, or the container's default."""
    if name is None:
        name = (
            default_encoder(container, channels)
            if media == "audio"
            else container.default_video_codec
        )
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
    found = {"strict": "experimental"}
    if config is not None:
        found.update(quality(config))
        if config.gop_size != -1:
            found["g"] = str(config.gop_size)
        if config.max_b_frames != -1:
            found["bf"] = str(config.max_b_frames)
    return {**found, **sources.newer_options(option, None)}


def add_sound(
    container: av.container.OutputContainer,
    sample_rate: int,
    num_channels: int,
    encoder: str | None,
    option: Mapping[str, str] | None,
    encoder_sample_rate: int | None,
    encoder_num_channels: int | None,
    encoder_format: str | None,
    config: CodecConfig | None,
) -> Any:
    """Add an audio stream, and open its encoder; arguments as in ``add_audio_stream``.

    Raises:
        BackendError: there is no such encoder, or it does not take the settings.
    """
    wanted = encoder_num_channels or num_channels
    codec = _codec(container, "audio", encoder, wanted)
    warn_of_vorbis(codec.name, num_channels)
    formats = [found.name for found in codec.audio_formats or ()]
    format = _chosen("the sample format", codec, encoder_format, formats)
    only = _ONLY_RATE.get(codec.name)
    rates = [only] if only else codec.audio_rates
    rate = _chosen("the sample rate", codec, encoder_sample_rate, rates, sample_rate)
    layout_of(num_channels)
    channels = _taken_channels(
        codec, format, rate, wanted, strictly=encoder_num_channels is not None
    )
    properties = {"layout": layout_of(channels), "format": format, "time_base": Fraction(1, rate)}
    return _added(container, codec, properties, option, config, rate=rate)


def _added(
    container: av.container.OutputContainer,
    codec: Any,
    properties: Mapping[str, Any],
    option: Mapping[str, str] | None,
    config: CodecConfig | None,
    **arguments: Any,
) -> Any:
    """Add a stream whose encoder has these properties, and open the encoder.

    Raises:
        BackendError: it does not take the settings or an option.
    """
    try:
        stream = container.add_stream(codec.name, **arguments)
    except (av.FFmpegError, ValueError, NotImplementedError) as why:
        raise BackendError(str(why)) from why
    context = stream.codec_context
    context.options = _options(option, config)
    for name, value in properties.items():
        if value is not None:
            setattr(context, name, value)
    context.thread_count = 1
    # FFmpeg's own defaults in place of PyAV's
    plain: Any = av.CodecContext.create(codec.name, "w")
    context.bit_rate, context.bit_rate_tolerance = plain.bit_rate or 0, _TOLERANCE
    if config is not None and config.bit_rate > 0:
        context.bit_rate = config.bit_rate
    try:
        context.open()
    except (av.FFmpegError, ValueError) as why:
        raise BackendError(
            f"the encoder {codec.name!r} does not open so: {getattr(why, 'strerror', None) or why}"
        ) from why
    options.refuse_unused(f"the encoder {codec.name!r}", context, option)
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
            layout_of(channels),
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


def add_pictures(
    container: av.container.OutputContainer,
    incoming_rate: Fraction,
    width: int,
    height: int,
    encoder: str | None,
    option: Mapping[str, str] | None,
    encoder_frame_rate: float | None,
    encoder_width: int | None,
    encoder_height: int | None,
    encoder_format: str | None,
    config: CodecConfig | None,
    hw_accel: str | None,
) -> Any:
    """Add a video stream, and open its encoder; arguments as in ``add_video_stream``.

    Raises:
        BackendError: there is no such encoder or device, or it does not take the settings.
    """
    codec = _codec(container, "video", encoder)
    formats = [found.name for found in codec.video_formats or ()]
    if codec.name == "mjpeg" and "yuvj420p" in formats:
        formats.insert(0, "yuvj420p")
    format = _chosen("the pixel format", codec, pixel_format(encoder_format), formats)
    frame_rate = rate(encoder_frame_rate) if encoder_frame_rate else incoming_rate
    properties = {
        "width": encoder_width or width,
        "height": encoder_height or height,
        "pix_fmt": format,
        "framerate": frame_rate,
        "time_base": 1 / frame_rate,
    }
    accel = device(hw_accel) if hw_accel else None
    return _added(container, codec, properties, option, config, rate=frame_rate, hwaccel=accel)


def pixel_format(name: str | None) -> str | None:
    """Return FFmpeg's own name of a pixel format; an unknown name as it is."""
    try:
        return None if name is None else av.VideoFormat(name).name
    except ValueError:
        return name
