"""Decoding a piece of a stream straight into one array in its final layout."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from dispatcher import interrupts, notices, parts
from dispatcher.backends.ffmpeg import decoding, joints, packets, pcm
from dispatcher.backends.ffmpeg.sink import Sink
from dispatcher.collector import plausible
from dispatcher.errors import BackendError, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy.typing as npt
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer


class NothingThereError(BackendError):
    """A stream has not a single frame at the place asked for."""


SILENT_SERVER = "the server let the time pass that the flag network_timeout allows"
# containers whose duration is to the frame that of the sound; others forget what a codec's last frame has beyond it
_TELL_EXACTLY = frozenset({"wav", "flac", "mp3", "w64", "aiff", "au", "caf"})
# of mp3 the decoder tells the first frame's rate too late
_FIRST = 1152
_MOST_RATE = 1 << 31
_MARGIN = 1 << 12
_FFMPEG_5_PACKET = 4096


def promised_frames(container: InputContainer, stream: AudioStream) -> int:
    """Frames that the container says the stream has; 0 where it does not say. Not to be trusted."""
    if stream.duration is not None and stream.time_base is not None:
        return int(stream.duration * stream.time_base * stream.rate)
    return int(container.duration * stream.rate) // 1_000_000 if container.duration else 0


def _original(container: InputContainer) -> Any:
    """The file object that a container is read from, as the caller passed it; ``None`` for a path."""
    file = container.file
    if type(file).__name__ == "PyIOFile":  # PyAV's own wrapping
        file = file.file
    return getattr(file, "original", file)


def _name(container: InputContainer) -> str:
    file = _original(container)
    return describe(getattr(file, "url", file) if file is not None else container.name.removeprefix("file:"))


def _one_rate(container: InputContainer, before: int, rate: int, found: int) -> int:
    """The rate of a stream's first frame.

    Raises:
        BackendError: it changes later, or is none.
    """
    if not 0 < rate < _MOST_RATE:
        raise BackendError(f"its sample rate is {rate} Hz")
    if before:
        hint = parts.one_rate(container.name.removeprefix("file:") if container.file is None else _original(container), before)
        raise BackendError(f"the sample rate changes from {before} to {rate} Hz after {found} frames. {hint}")
    return rate


def frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The decoded frames of a stream, up to the first one that is damaged.

    As in the releases, what came before the damage is kept, and damage at the very start is an error. Here the loss is
    warned of.
    """
    import av

    found, rate, decoded = 0, 0, decoding.of(stream, stream.codec_context)
    try:
        # as container.decode() does, which costs two layers of generators more
        for packet in packets.of(container, stream):
            interrupts.check()
            for frame in decoded(packet):
                if frame.sample_rate != rate:
                    rate = _one_rate(container, rate if found > _FIRST else 0, frame.sample_rate, found)
                found += frame.samples
                yield frame
        loss = getattr(_original(container), "loss", "")
        if loss:
            text = f"only {found} frames of {_name(container)} could be decoded: {loss}"
            notices.warn(text, notices.DamagedInputWarning)
    except (av.error.ExitError, av.error.TimeoutError) as why:
        raise BackendError(SILENT_SERVER) from why
    except av.FFmpegError as why:
        if not found:
            raise BackendError(f"no sound could be decoded ({why.strerror})") from why
        joints.refuse_change(container)
        notices.warn(
            f"only {found} frames of {_name(container)} could be decoded: the data after them is damaged ({why.strerror})",
            notices.DamagedInputWarning,
        )


def timestamped_frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The decoded frames that TorchCodec keeps over FFmpeg 5: those with a timestamp of their own.

    Recorded of 2.9: a frame that comes late without a time (WMA) is lost; so are, of each 4,096 bytes of ADPCM, all blocks
    but the first, because FFmpeg 5 packed them together; PCM that ends within a frame is an error.
    """
    import av

    context = stream.codec_context
    decoded = decoding.of(stream, context)
    whole = pcm.frame_bytes(stream)
    together = found = rate = 0
    try:
        for number, packet in enumerate(packets.of(container, stream)):
            interrupts.check()
            if whole and packet.size % whole:
                raise BackendError("the data ends within a frame")
            if context.codec.canonical_name.startswith("adpcm_") and packet.size:
                together = together or max(1, _FFMPEG_5_PACKET // packet.size)
                if number % together:
                    continue
            for frame in decoded(packet):
                if frame.sample_rate != rate:
                    rate = _one_rate(container, rate if found > _FIRST else 0, frame.sample_rate, found)
                found += frame.samples
                if frame.pts is not None:
                    yield frame
    except av.FFmpegError as why:
        joints.refuse_change(container)
        raise BackendError(f"the data is damaged ({why.strerror})") from why


def piece(
    container: InputContainer,
    stream: AudioStream,
    frame_offset: int,
    num_frames: int,
    normalize: bool,
    channels_first: bool = True,
    source: Callable[[InputContainer, AudioStream], Iterator[AudioFrame]] = frames,
    begin: int = 0,
) -> npt.NDArray[Any]:
    """The frames of a piece, ``[channel, time]`` or ``[time, channel]``; fewer than asked for where the stream ends.

    ``begin`` is the place, in the stream, of the first frame that ``source`` gives.

    Raises:
        BackendError: there is not a single frame at that place, as in the releases.
    """
    found = source(container, stream)
    for frame in found:
        if begin + frame.samples > frame_offset:
            break
        begin += frame.samples
    else:
        where = f" at frame {frame_offset}" if frame_offset else ""
        raise NothingThereError(f"no sound could be decoded{where}; the stream has {begin} frames")
    sink = Sink(frame, _capacity(container, stream, frame_offset, num_frames), normalize, channels_first)
    sink.take(itertools.chain((frame,), found), frame_offset - begin, num_frames)
    return sink.result()


def _capacity(container: InputContainer, stream: AudioStream, frame_offset: int, num_frames: int) -> int:
    """Frames to make room for at first: what the header promises, as far as a file of that size can be worth it."""
    promised = promised_frames(container, stream) - frame_offset
    if promised > 0 and container.format.name not in _TELL_EXACTLY:
        promised += _MARGIN
    if num_frames >= 0:
        promised = min(num_frames, promised) if promised > 0 else num_frames
    return plausible(promised, max(container.size, 0))


def count(container: InputContainer, stream: AudioStream) -> int:
    """Frames that decoding gives.

    Raises:
        BackendError: not a single one.
    """
    found = sum(frame.samples for frame in frames(container, stream))
    if not found:
        raise BackendError("no sound could be decoded")
    return found
