"""Decoding a piece of a stream straight into one array in its final layout."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dispatcher import notices
from dispatcher.backends.ffmpeg import samples
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
_FIRST_FRAMES = 1 << 16
_MAX_PROMISED = 1 << 28
_FFMPEG_5_PACKET = 4096
_PCM = re.compile(r"pcm_[sfu](\d+)")
_COMPANDED = ("pcm_alaw", "pcm_mulaw")


def pcm_bits(codec: str) -> int:
    """Bits of a PCM codec's sample as stored, given FFmpeg's canonical name; 0 for any other codec."""
    if codec in _COMPANDED:
        return 8
    found = _PCM.match(codec)
    return int(found.group(1)) if found else 0


def promised_frames(container: InputContainer, stream: AudioStream) -> int:
    """Frames that the container says the stream has; 0 where it does not say. Not to be trusted."""
    if stream.duration is not None and stream.time_base is not None:
        return int(stream.duration * stream.time_base * stream.rate)
    return int(container.duration * stream.rate) // 1_000_000 if container.duration else 0


def _name(container: InputContainer) -> str:
    return describe(container.file if container.file is not None else container.name.removeprefix("file:"))


def frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """The decoded frames of a stream, up to the first one that is damaged.

    As in the releases, what came before the damage is kept, and damage at the very start is an error. Here the loss is
    warned of.
    """
    import av

    found = 0
    try:
        for frame in container.decode(stream):
            found += frame.samples
            yield frame
    except av.error.ExitError as why:
        raise BackendError(SILENT_SERVER) from why
    except av.FFmpegError as why:
        if not found:
            raise BackendError(f"no sound could be decoded ({why.strerror})") from why
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
    whole = pcm_bits(context.codec.canonical_name) * context.channels // 8
    together = 0
    try:
        for number, packet in enumerate(container.demux(stream)):
            if whole and packet.size % whole:
                raise BackendError("the data ends within a frame")
            if context.codec.canonical_name.startswith("adpcm_") and packet.size:
                together = together or max(1, _FFMPEG_5_PACKET // packet.size)
                if number % together:
                    continue
            for frame in stream.decode(packet):
                if frame.pts is not None:
                    yield frame
    except av.FFmpegError as why:
        raise BackendError(f"the data is damaged ({why.strerror})") from why


def piece(
    container: InputContainer,
    stream: AudioStream,
    frame_offset: int,
    num_frames: int,
    normalize: bool,
    source: Callable[[InputContainer, AudioStream], Iterator[AudioFrame]] = frames,
) -> npt.NDArray[Any]:
    """The frames of a piece, ``[channel, time]``; fewer than asked for where the stream ends.

    Raises:
        BackendError: there is not a single frame at that place, as in the releases.
    """
    import numpy as np

    out: npt.NDArray[Any] | None = None
    kind = samples.FORMATS["fltp"]
    begin, at = 0, 0  # place of the next frame in the stream, and in the result
    end = None if num_frames < 0 else frame_offset + num_frames
    for frame in source(container, stream):
        first = max(frame_offset - begin, 0)
        last = frame.samples if end is None else min(frame.samples, end - begin)
        begin += frame.samples
        if first >= frame.samples:
            continue
        if out is None:
            kind = samples.FORMATS[frame.format.name]
            shape = (frame.layout.nb_channels, _capacity(container, stream, frame_offset, num_frames))
            out = np.empty(shape, "float32" if normalize else kind.dtype)
        elif frame.layout.nb_channels != out.shape[0] or samples.FORMATS[frame.format.name] != kind:
            raise BackendError(f"the stream changes to {frame.layout.nb_channels} channels of {frame.format.name} on its way")
        count = last - first
        if at + count > out.shape[1]:
            grown = np.empty((out.shape[0], max(at + count, 2 * out.shape[1])), out.dtype)
            grown[:, :at] = out[:, :at]
            out = grown
        samples.copy(frame, first, last, kind, out[:, at : at + count])
        at += count
        if end is not None and begin >= end:
            break
    if out is None or not at:
        where = f" at frame {frame_offset}" if frame_offset else ""
        raise NothingThereError(f"no sound could be decoded{where}; the stream has {begin} frames")
    return out[:, :at]


def _capacity(container: InputContainer, stream: AudioStream, frame_offset: int, num_frames: int) -> int:
    """Frames to make room for at first: what the header promises, as far as that can be believed."""
    promised = promised_frames(container, stream) - frame_offset
    if num_frames >= 0:
        promised = min(num_frames, promised) if promised > 0 else num_frames
    return promised if 0 < promised <= _MAX_PROMISED else _FIRST_FRAMES


def count(container: InputContainer, stream: AudioStream) -> int:
    """Frames that decoding gives.

    Raises:
        BackendError: not a single one.
    """
    found = sum(frame.samples for frame in frames(container, stream))
    if not found:
        raise BackendError("no sound could be decoded")
    return found
