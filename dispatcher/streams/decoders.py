"""Open the decoder of a source stream: the default or a named one, on the CPU or on a device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatcher.backends.ffmpeg import packets
from dispatcher.backends.ffmpeg.encode import LAYOUTS
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
        context.options = {**_NO_TIME_BASE, **sources.newer_options(option, None)}
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
    if not context.is_open and context.layout.name == f"{count} channels" and count <= len(LAYOUTS):
        context.layout = LAYOUTS[count - 1]


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
            f"PyAV's FFmpeg is built without {kind!r}, so hw_accel={hw_accel!r} cannot be had; "
            f"{known}; {_WITHOUT}"
        )
    try:
        accel = hwaccel.HWAccel(kind, device=number or None, allow_software_fallback=False)
        accel.create(av.Codec("h264", "r"))
    except (av.FFmpegError, RuntimeError, ValueError, NotImplementedError) as why:
        cause = getattr(why, "strerror", None) or why
        raise BackendError(
            f"the device hw_accel={hw_accel!r} does not open here ({cause}): see that it and its "
            f"driver are there; {_WITHOUT}"
        ) from why
    return accel
