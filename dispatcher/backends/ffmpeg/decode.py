"""Decode a piece of a stream straight into an array in its final layout, or all in blocks."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from dispatcher import interrupts, notices
from dispatcher.backends.ffmpeg import decoders, joints, packets, pcm
from dispatcher.backends.ffmpeg.sink import ChangedLayoutError, Sink
from dispatcher.errors import BackendError, describe
from dispatcher.headers import registry
from dispatcher.lazily import av, npt
from dispatcher.plain_wav.reader import PlainWav
from dispatcher.reading import joined_files, web
from dispatcher.reading.collector import plausible
from dispatcher.reading.opened import look

Source: TypeAlias = (
    "Callable[[av.container.InputContainer, av.AudioStream], Iterator[av.AudioFrame]]"
)


class NothingThereError(BackendError):
    """A stream has no frame at the place asked for."""


SILENT_SERVER = "the server sent nothing within the time that the flag network_timeout allows"
# containers whose duration is exact; others leave out the end of a codec's last frame
_TELL_EXACTLY = frozenset({"wav", "flac", "mp3", "w64", "aiff", "au", "caf", "wv"})
# frames of mp3 carry the rate of the frame before, so the decoder is asked; before the first frame
# it may have that of the container
_FIRST = 1152
_MOST_RATE = 1 << 31
_MARGIN = 1 << 12
_LEAST_ROOM = 1 << 12
_FFMPEG_5_PACKET = 4096


def promised_frames(container: av.container.InputContainer, stream: av.AudioStream) -> int:
    """Return how many frames the container says there are; 0 if it does not. Do not trust it."""
    base = stream.time_base
    if stream.duration is not None and base is not None:  # multiplied by hand: Fraction is slow
        return stream.duration * base.numerator * stream.rate // base.denominator
    return int(container.duration * stream.rate) // 1_000_000 if container.duration else 0


def _name(container: av.container.InputContainer) -> str:
    """Return the name of a container's file for messages."""
    place = joints.uri_of(container)
    place = getattr(place, "original", place)
    return describe(getattr(place, "url", place))


def _one_rate(stream: av.AudioStream, before: int, found: int) -> int:
    """Return the sample rate of a stream; ``before`` is the one it had up to frame ``found``, or 0.

    Raises:
        BackendError: the rate changed on the way, or is impossible.
    """
    rate = stream.codec_context.sample_rate
    if not 0 < rate < _MOST_RATE:
        raise BackendError(f"its sample rate is {rate} Hz")
    if before and found > _FIRST:
        hint = joined_files.one_rate(joints.uri_of(stream.container), before)
        raise BackendError(
            f"the sample rate changes from {before} to {rate} Hz after {found} frames. {hint}"
        )
    return rate


def frames(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterator[av.AudioFrame]:
    """Decode the frames of a stream, up to the first damaged one.

    As in the releases, what comes before the damage is kept, and damage at the very start is an
    error. Unlike them, this warns of the loss.
    """
    context, kind = stream.codec_context, container.format.name
    found, rate, decoded = 0, 0, decoders.of(stream, context)
    try:
        # does what container.decode() does, with two layers of generators less
        for packet in packets.of(container, stream):
            interrupts.check()
            for frame in decoded(packet):
                if context.sample_rate != rate:
                    rate = _one_rate(stream, rate, found)
                found += frame.samples
                yield frame
        web.warn_of_loss(joints.uri_of(container), f"only {found} frames")
    except (av.error.ExitError, av.error.TimeoutError) as why:
        raise BackendError(SILENT_SERVER) from why
    except av.FFmpegError as why:
        if not found:
            raise BackendError(f"no sound could be decoded ({why.strerror})") from why
        cause = joints.refuse_change(container)
        # after the sound that the header promises there may be tags or zeros
        told = look(joints.uri_of(container), registry.length, 0)
        if not cause and (
            (kind in _TELL_EXACTLY and found == promised_frames(container, stream))
            or (told is not None and found >= told.frames)
        ):
            return
        is_lacking = isinstance(why, av.error.PatchWelcomeError)  # in FFmpeg, not in the file
        what = "of a kind that FFmpeg cannot decode" if is_lacking else "damaged"
        cause = cause or f"the data after them is {what} ({why.strerror})"
        notices.warn(
            f"only {found} frames of {_name(container)} could be decoded: {cause}",
            notices.DamagedInputWarning,
        )


def timestamped_frames(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterator[av.AudioFrame]:
    """Decode the frames that TorchCodec returns with FFmpeg 5: those with a timestamp of their own.

    As recorded of 2.9: a frame without a timestamp, which comes late (WMA), is lost. So are all
    ADPCM blocks but the first in each 4,096 bytes, because FFmpeg 5 put them in one packet. Unlike
    it, this warns of the loss. PCM that ends within a frame is an error.
    """
    context = stream.codec_context
    decoded = decoders.of(stream, context)
    whole = pcm.frame_bytes(stream)
    together = found = rate = 0
    tell_once = functools.cache(_warn_of_untimed)
    try:
        for number, packet in enumerate(packets.of(container, stream)):
            interrupts.check()
            if whole and packet.size % whole:
                raise BackendError("the data ends within a frame")
            if context.codec.canonical_name.startswith("adpcm_") and packet.size:
                together = together or max(1, _FFMPEG_5_PACKET // packet.size)
                if number % together:
                    tell_once(container)
                    continue
            for frame in decoded(packet):
                if context.sample_rate != rate:
                    rate = _one_rate(stream, rate, found)
                found += frame.samples
                if frame.pts is None:
                    tell_once(container)
                else:
                    yield frame
        web.warn_of_loss(joints.uri_of(container), f"only {found} frames")
    except av.FFmpegError as why:
        joints.refuse_change(container)
        raise BackendError(f"the data is damaged ({why.strerror})") from why


def _warn_of_untimed(container: av.container.InputContainer) -> None:
    notices.warn(
        f"2.9 leaves out a part of {_name(container)}: what has no time of its own in FFmpeg 5. "
        "compat.load() returns all of it"
    )


def piece(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    frame_offset: int,
    num_frames: int,
    normalize: bool,
    channels_first: bool = True,
    source: Source = frames,
    begin: int = 0,
) -> npt.NDArray[Any]:
    """Decode a piece, ``[channel, time]`` or ``[time, channel]``.

    It is shorter than asked for where the stream ends. ``begin`` is the position, in the stream, of
    the first frame that ``source`` gives.

    Raises:
        BackendError: there is no frame at that place, as in the releases.
    """
    found = source(container, stream)
    for frame in found:
        if begin + frame.samples > frame_offset:
            break
        begin += frame.samples
    else:
        where = f" at frame {frame_offset}" if frame_offset else ""
        raise NothingThereError(f"no sound could be decoded{where}; the stream has {begin} frames")
    sink = Sink(
        frame, _capacity(container, stream, frame_offset, num_frames), normalize, channels_first
    )
    try:
        sink.take(itertools.chain((frame,), found), frame_offset - begin, num_frames)
    except ChangedLayoutError as why:
        raise changed_layout(container, why, frame_offset) from why
    return sink.result()


def changed_layout(
    container: av.container.InputContainer, why: ChangedLayoutError, begin: int = 0
) -> BackendError:
    """Return the error for a stream whose layout changes, with the place and what to do.

    ``begin`` is where the sink began, in frames.
    """
    hint = joined_files.one_layout(joints.uri_of(container), why.channels)
    return BackendError(f"{why} after {begin + why.found} frames. {hint}")


def _capacity(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    frame_offset: int,
    num_frames: int,
) -> int:
    """Return the frames to make room for: what the header says, if the file is large enough."""
    promised = promised_frames(container, stream) - frame_offset
    if promised > 0 and container.format.name not in _TELL_EXACTLY:
        promised += _MARGIN
    if num_frames >= 0:
        promised = min(num_frames, promised) if promised > 0 else num_frames
    return plausible(promised, max(container.size, 0))


def count(container: av.container.InputContainer, stream: av.AudioStream) -> int:
    """Return the number of frames that decoding gives.

    Raises:
        BackendError: there is none.
    """
    found = sum(frame.samples for frame in frames(container, stream))
    if not found:
        raise BackendError("no sound could be decoded")
    return found


def blocks(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    block_frames: int,
    normalize: bool,
    source: Source = frames,
) -> Iterator[npt.NDArray[Any]]:
    """Give the samples of a stream in blocks, ``[channel, time]``.

    Raises:
        BackendError: the stream has no frame, or changes its layout on the way.
    """
    shape: tuple[str, int] | None = None
    sink: Sink | None = None
    room = min(block_frames, max(promised_frames(container, stream), _LEAST_ROOM))
    at = given = 0
    for frame in source(container, stream):
        first, length = 0, frame.samples
        own = frame.format.name, frame.layout.nb_channels
        shape = shape or own
        if own != shape:
            why = ChangedLayoutError(shape, frame, given + at)
            raise changed_layout(container, why) from why
        if sink is not None and at + length < block_frames:
            sink.take((frame,))
            at += length
            continue
        while first < length:
            if sink is None:
                sink, at = Sink(frame, room, normalize, True), 0
            count = min(length - first, block_frames - at)
            sink.take((frame,), first, count)
            first, at = first + count, at + count
            if at == block_frames:
                yield sink.result()
                sink, given, at = None, given + at, 0
    if shape is None:
        raise NothingThereError("no sound could be decoded; the stream has 0 frames")
    if sink is not None:
        yield sink.result()


def plain_blocks(plain: PlainWav, block_frames: int, normalize: bool) -> Iterator[npt.NDArray[Any]]:
    """Give the samples of a plain WAV file in blocks, ``[channel, time]``, without FFmpeg.

    Raises:
        BackendError: the file became shorter while it was read.
    """
    for first in range(0, plain.frames, block_frames):
        found = plain.piece(first, block_frames, normalize, True)
        if found is None:
            raise BackendError("the file became shorter while it was read")
        yield found
