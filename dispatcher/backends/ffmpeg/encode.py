"""Encode a tensor with the muxer, encoder and sample format that the releases chose for a format.

Recorded in ``tests/oracle`` (cases ``save/*/ffmpeg``): wav is 16-bit PCM whatever the dtype, unless
asked otherwise; an encoder that takes only some sample rates gets a resampled signal, one that
takes only stereo gets a mono signal on both channels.
"""

from __future__ import annotations

import contextlib
import fractions
import functools
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from dispatcher import arguments, interrupts, notices
from dispatcher.backend import Uri
from dispatcher.backends.ffmpeg import pcm
from dispatcher.codec_config import CodecConfig
from dispatcher.errors import ArgumentError, ArgumentTypeError, BackendError, NotATensorError
from dispatcher.lazily import av, np, torch
from dispatcher.reading import file_objects
from dispatcher.requests import Save
from dispatcher.writing import target, writable

SAMPLE_FORMATS = {
    "uint8": "u8",
    "int16": "s16",
    "int32": "s32",
    "int64": "s64",
    "float32": "flt",
    "float64": "dbl",
}

_BIT_DEPTHS = (None, 8, 16, 24, 32, 64)
_SIGNED: dict[int | None, str] = {
    16: "pcm_s16le",
    24: "pcm_s24le",
    32: "pcm_s32le",
    64: "pcm_s64le",
}
_WAV: dict[str | None, dict[int | None, str]] = {
    None: {None: "pcm_s16le", 8: "pcm_u8", **_SIGNED},
    "PCM_S": {None: "pcm_s16le", **_SIGNED},
    "PCM_U": {None: "pcm_u8", 8: "pcm_u8"},
    "PCM_F": {None: "pcm_f32le", 32: "pcm_f32le", 64: "pcm_f64le"},
    "ULAW": {None: "pcm_mulaw", 8: "pcm_mulaw"},
    "ALAW": {None: "pcm_alaw", 8: "pcm_alaw"},
}
_FLAC_FORMATS = {None: "s16", 16: "s16", 24: "s32"}

_MOST_CHANNELS = 64  # a layout is a mask of 64 bits
_LONGEST = 256  # resampling for an encoder's lowest rate may multiply the samples by this at most
# FFmpeg's encoders that take only one number of channels
_ONLY_CHANNELS = {"vorbis": 2}
# FFmpeg 5 chose libvorbis for these muxers, which PyAV lacks; its own encoder takes only stereo
_OF_VORBIS = frozenset({"ogg", "ogv", "matroska", "nut"})
# bits per second for encoders that fail without a bit rate; the others have their own default
_BIT_RATES = {"wmav1": 128_000, "wmav2": 128_000}
_CLOSEST_TO_FLOAT = ("fltp", "flt", "dblp", "dbl", "s32p", "s32", "s16p", "s16", "u8p", "u8")
# by the number of channels: which of them is the subwoofer's in FFmpeg's layout, if AAC takes it
_BASS = {3: 3, 6: 4, 8: 4}
_LAMBDA_PER_QUALITY = 118  # FFmpeg's FF_QP2LAMBDA
_CHUNK = 1 << 16
TTA = "tta"
# muxers that write several files, and their extensions
_SEVERAL_FILES = ("hls", "m3u8", "dash", "mpd")
# codecs without an encoder in FFmpeg, and who has one
_WRITTEN_ELSEWHERE = {
    "gsm": "backend='sox' writes it, of one channel at 8000 Hz",
    "amr_nb": (
        "backend='sox' with format='amr-nb' writes it, of one channel at 8000 Hz, where "
        "libsox-fmt-all is installed"
    ),
}


class Choice(NamedTuple):
    """What a format is written with; ``None`` leaves it to FFmpeg."""

    muxer: str | None
    encoder: str | None
    sample_format: str | None


def choose(
    extension: str | None, format: str | None, encoding: str | None, bits: int | None, channels: int
) -> Choice:
    """Return muxer, encoder and sample format for the arguments of ``save``.

    Raises:
        ArgumentError: (a ValueError) wav, flac and ogg refuse an encoding or a bit depth; other
            formats ignore both.
    """
    kind = extension if format is None else format
    if kind in ("wav", "amb"):
        if bits not in _BIT_DEPTHS:
            raise ArgumentError(f"bits_per_sample={bits!r} is none of {_BIT_DEPTHS}")
        return Choice("wav", arguments.stored_as(_WAV, "wav", encoding, bits, ArgumentError), None)
    if kind in ("flac", "ogg"):
        if bits not in _FLAC_FORMATS:
            raise ArgumentError(f"{kind} takes bits_per_sample 16 or 24, not {bits!r}")
        if kind == "flac":
            return Choice("flac", "flac", _FLAC_FORMATS[bits])
        # The releases failed here. FFmpeg's Vorbis encoder takes stereo only: any other number of
        # channels is written as flac, which keeps it.
        return (
            Choice("ogg", None, None)
            if channels == _ONLY_CHANNELS["vorbis"]
            else Choice("ogg", "flac", _FLAC_FORMATS[bits])
        )
    if kind == "vorbis":
        return Choice("ogg", "vorbis", None)
    return Choice(format, None, None)


def save(asked: Save) -> None:
    """Write ``asked.src``; arguments as in ``dispatcher.save``.

    Raises:
        ArgumentError, ArgumentTypeError, BackendError: (ValueError, TypeError, RuntimeError) as in
            the releases.
    """
    kind = type(asked.compression).__name__
    # it may be our CodecConfig, or that of a real torchaudio.io
    if (
        asked.compression is not None
        and not isinstance(asked.compression, CodecConfig)
        and kind != CodecConfig.__name__
    ):
        cause = f"compression is a CodecConfig here, not {kind}"
        hint = (
            'Write compression=CodecConfig(bit_rate=128_000), or backend="sox", which takes '
            "numbers as libsox does"
        )
        raise ArgumentError(f"{cause}. {hint}")
    extension = None
    if file_objects.is_writable(asked.uri):
        if asked.format is None:
            raise BackendError(arguments.NO_FORMAT_OF_OBJECT)
    else:
        if not isinstance(asked.uri, (str, bytes, os.PathLike)):
            raise ArgumentTypeError(arguments.neither_path_nor_file(asked.uri))
        path = arguments.as_written(os.fsdecode(asked.uri), _has_folder)
        asked = asked._replace(uri=path)
        extension = os.path.splitext(path)[1].lstrip(".").lower() or None
    if not hasattr(type(asked.src), "T"):
        raise NotATensorError(
            f"{type(asked.src).__name__} is not a tensor; pass torch.as_tensor(...)"
        )
    shape = tuple(getattr(asked.src, "shape", ()))
    channels = shape[0 if asked.channels_first else -1] if shape else 0
    choice = choose(extension, asked.format, asked.encoding, asked.bits_per_sample, channels)
    with (
        _written(asked.uri, asked.format or extension) as place,
        _muxer(place, choice, extension) as container,
    ):
        data = _checked(asked.src, asked.channels_first)
        if choice.encoder is None:
            _warn_of_loss(asked, container, channels)
        _encode(container, choice, data, writable.sample_rate(asked.sample_rate), asked.compression)


def _warn_of_loss(asked: Save, container: av.container.OutputContainer, channels: int) -> None:
    """Warn if PCM is not stored as asked, 8 bits are left of each sample, or a channel is lost."""
    codec = _encoder(default_encoder(container, channels), container)
    bits, encoding = pcm.bits(codec.name), pcm.encoding(codec.name)
    is_asked = asked.encoding in (None, encoding) and asked.bits_per_sample in (None, bits)
    takes_bytes = codec.audio_formats is not None and codec.audio_formats[0].bytes == 1
    if (bits and not is_asked) or (takes_bytes and asked.src.itemsize > 1):
        notices.warn(
            f"FFmpeg stores {bits or 8} bits of each sample in {container.format.name}, whatever "
            "its dtype, encoding= and bits_per_sample= are. Save as wav or flac to choose",
            notices.IgnoredArgumentWarning,
        )
    warn_of_vorbis(codec.name, channels)
    if codec.name == "aac" and channels in _BASS:
        notices.warn(
            f"AAC keeps only the bass of channel {_BASS[channels]}: in FFmpeg's layout of "
            f"{channels} channels it is the subwoofer's. Save as wav or flac to keep all",
            notices.IgnoredArgumentWarning,
        )


def _has_folder(path: str) -> bool:
    return os.path.isdir(os.path.dirname(path) or os.curdir)


def save_planar(
    uri: Uri, data: torch.Tensor, sample_rate: int, extension: str, bit_rate: int
) -> None:
    """Write float32 samples, ``[channel, time]``, in FFmpeg's format for an extension.

    Of the encoder's sample formats it uses the one that loses least.

    Raises:
        BackendError: FFmpeg has no such format, or its encoder does not take the rate or the number
            of channels.
    """
    with (
        target.writing(uri) as place,
        _muxer(place, Choice(None, None, None), extension) as container,
    ):
        codec = _encoder(default_encoder(container, len(data)), container)
        formats = [found.name for found in codec.audio_formats or ()]
        closest = next((found for found in _CLOSEST_TO_FLOAT if found in formats), None)
        if codec.audio_rates and sample_rate not in codec.audio_rates:
            raise BackendError(
                f"{codec.name} takes no {sample_rate} Hz; it takes {sorted(codec.audio_rates)}"
            )
        config = CodecConfig(bit_rate=bit_rate or -1)
        choice = Choice(None, codec.name, closest)
        _encode(container, choice, data.t(), sample_rate, config, {})


def _written(uri: Uri, kind: str | None) -> contextlib.AbstractContextManager[Any]:
    """Return where to write: the path itself if the muxer names further files after it.

    Raises:
        BackendError: such a muxer gets a file object.
    """
    if kind not in _SEVERAL_FILES:
        return target.writing(uri)
    if not isinstance(uri, (str, bytes, os.PathLike)):
        raise BackendError(
            f"{kind} writes several files, which one file object cannot hold; pass a path"
        )
    return contextlib.nullcontext(os.fsdecode(uri))


def _checked(src: Any, channels_first: bool) -> torch.Tensor:
    """Return the tensor as ``[time, channel]``.

    Raises:
        ArgumentError: (a ValueError) FFmpeg has no sample format for its dtype.
        ArgumentTypeError: it is no tensor.
        BackendError, IndexError: it does not have two dimensions.
    """
    if not isinstance(src, torch.Tensor):
        raise ArgumentTypeError(f"{type(src).__name__} is not a tensor; pass torch.as_tensor(...)")
    if src.ndim != 2:
        text = f"the tensor has {src.ndim} dimensions, not 2 ({arguments.LAYOUTS})"
        if channels_first:
            notices.warn(f"save: {text}")
        raise IndexError(text) if src.ndim == 0 else BackendError(text)
    dtype = str(src.dtype).removeprefix("torch.")
    if dtype not in SAMPLE_FORMATS:
        raise ArgumentError(
            f"FFmpeg has no samples of {dtype}; convert to one of {', '.join(SAMPLE_FORMATS)}"
        )
    data = src.detach().resolve_neg()
    return data.t() if channels_first else data


def _muxer(place: Any, choice: Choice, extension: str | None) -> av.container.OutputContainer:
    """Open a container for writing.

    Raises:
        BackendError: FFmpeg has no such muxer.
    """
    try:
        return av.open(place, mode="w", format=choice.muxer)
    except (av.FFmpegError, ValueError) as why:
        if not choice.muxer and not extension:
            raise BackendError(arguments.NO_FORMAT) from why
        kind = f"format={choice.muxer!r}" if choice.muxer else f"the extension {extension!r}"
        hint = "compat.save(..., format=) takes the names in compat.utils.ffmpeg_utils.get_muxers()"
        raise BackendError(f"FFmpeg has no format to write for {kind}; {hint}") from why


def layout_of(channels: int) -> str:
    """Return FFmpeg's default layout for a number of channels.

    Raises:
        BackendError: there is none.
    """
    found = layouts().get(channels)
    if found is None:
        raise BackendError(
            f"FFmpeg has no layout for {channels} channels; it has layouts for "
            f"{', '.join(map(str, layouts()))}"
        )
    return found


@functools.cache
def layouts() -> dict[int, str]:
    """Return FFmpeg's default layouts by their number of channels."""
    found = {}
    for channels in range(1, _MOST_CHANNELS + 1):
        with contextlib.suppress(ValueError):
            found[channels] = av.AudioLayout(f"{channels}c").name
    return found


def _stream(
    container: av.container.OutputContainer,
    choice: Choice,
    rate: int,
    channels: int,
    config: CodecConfig | None,
    bit_rates: Mapping[str, int],
) -> av.AudioStream:
    """Add an audio stream to a container, ready to encode."""
    codec = _encoder(choice.encoder or default_encoder(container, channels), container)
    rates = codec.audio_rates
    if rates and rate * _LONGEST < min(rates):
        raise BackendError(
            f"{codec.name} takes {min(rates)} to {max(rates)} Hz, and sample_rate is {rate}; "
            "resample before saving"
        )
    taken = _ONLY_CHANNELS.get(codec.name, channels) if channels else 0
    try:
        layout = layout_of(taken)
    except BackendError as why:
        raise BackendError(f"{why}; {arguments.TRANSPOSED}") from why
    if channels > taken:
        notices.warn(
            f"FFmpeg's encoder {codec.name} mixes the {channels} channels into {taken}. Save as "
            "flac to keep them apart",
            notices.IgnoredArgumentWarning,
        )
    stream: Any = container.add_stream(
        codec.name,
        rate=rates[0] if rates and rate not in rates else rate,
        options=_options(codec, config),
    )
    context: av.AudioCodecContext = stream.codec_context
    context.layout = layout
    formats = codec.audio_formats
    if formats:
        context.format = choice.sample_format or formats[0].name
    context.thread_count = 1
    context.bit_rate = bit_rates.get(codec.name, 0)
    if config is not None and config.bit_rate > 0:
        context.bit_rate = config.bit_rate
    return cast("av.AudioStream", stream)


def warn_of_vorbis(encoder: str, channels: int) -> None:
    """Warn of FFmpeg's own Vorbis encoder, which takes libvorbis' place, if channels may differ."""
    if encoder == "vorbis" and channels > 1:
        notices.warn(
            "FFmpeg's own Vorbis encoder distorts the second channel where it differs from the "
            "first. Write flac or opus instead, or save ogg with backend='soundfile'"
        )


def default_encoder(container: av.container.OutputContainer, channels: int) -> str | None:
    """Return the encoder of a container that is named none: the recorded one, or one without loss.

    For other numbers of channels than Vorbis takes it is flac, which keeps channels and rate.
    """
    if container.format.name not in _OF_VORBIS:
        return container.default_audio_codec
    return "vorbis" if channels == _ONLY_CHANNELS["vorbis"] else "flac"


def _encoder(name: str | None, container: av.container.OutputContainer) -> Any:
    """Return the encoder of that name.

    Raises:
        BackendError: this FFmpeg has none.
    """
    if name in (None, "none"):
        raise BackendError(
            f"{container.format.name} holds no sound; save as wav, flac or another format that does"
        )
    try:
        return av.Codec(name, "w")
    except ValueError as why:
        other = _WRITTEN_ELSEWHERE.get(name, "save as another format, such as wav or flac")
        raise BackendError(f"this FFmpeg has no encoder for {name}; {other}") from why


def _options(codec: Any, config: CodecConfig | None) -> dict[str, str]:
    """Return an encoder's options, as FFmpeg's command line would take them."""
    strict = {"strict": "experimental"} if codec.experimental else {}
    return strict if config is None else {**strict, **quality(config)}


def quality(config: CodecConfig) -> dict[str, str]:
    """Return the options for a configuration's compression level and quality."""
    options = {}
    if config.compression_level != -1:
        options["compression_level"] = str(config.compression_level)
    if config.qscale is not None:
        options.update(flags="+qscale", global_quality=str(_LAMBDA_PER_QUALITY * config.qscale))
    return options


def _encode(
    container: av.container.OutputContainer,
    choice: Choice,
    data: torch.Tensor,
    rate: int,
    config: CodecConfig | None,
    bit_rates: Mapping[str, int] = _BIT_RATES,
) -> None:
    """Encode ``[time, channel]`` samples chunk by chunk.

    PyAV converts sample format, layout and rate to what the encoder takes.

    Raises:
        BackendError: there is no such encoder, or it does not take the samples.
    """
    channels = data.shape[1]
    try:
        stream = _stream(container, choice, rate, channels, config, bit_rates)
        sample_format = SAMPLE_FORMATS[str(data.dtype).removeprefix("torch.")]
        layout = layout_of(channels)
        if stream.name == TTA:
            writable.header_of_tta(rate, channels)
            writable.frames_of_tta(data.shape[0], channels, rate)
        writable.for_encoder(data.numpy(), stream.codec_context.name)
        container.start_encoding()
        for first in range(0, data.shape[0], _CHUNK):
            # numpy's copy: one by torch would wait for ever in a forked child
            chunk = np.ascontiguousarray(data[first : first + _CHUNK].numpy())
            frame = sound_frame(chunk, sample_format, layout, rate, first)
            container.mux(stream.encode(frame))
            interrupts.check()
        if not writable.never_ends(stream.codec_context.name, data.shape[0]):
            container.mux(stream.encode(None))
    except (av.FFmpegError, ValueError) as why:
        # not the context's name: with PyAV 19 asking one that did not open for it ends the process
        encoder = _encoder(choice.encoder or default_encoder(container, channels), container).name
        text = getattr(why, "strerror", None) or why  # often no more than "Invalid argument"
        raise BackendError(
            f"{encoder} does not take {channels} channels at {rate} Hz, or these samples ({text})"
        ) from why


def sound_frame(
    samples: Any, sample_format: str, layout: str, rate: int, position: int
) -> av.AudioFrame:
    """Return contiguous ``[time, channel]`` samples as a frame of FFmpeg's.

    ``position`` is the timestamp of the first sample, in a time base of ``1 / rate``.
    """
    frame = av.AudioFrame(sample_format, layout, len(samples))
    plane: Any = memoryview(frame.planes[0])
    # under torch.compile, samples have no `nbytes`
    plane[: samples.size * samples.itemsize] = memoryview(samples).cast("B")
    frame.sample_rate, frame.pts, frame.time_base = rate, position, fractions.Fraction(1, rate)
    return frame
