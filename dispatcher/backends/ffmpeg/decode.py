"""Decoding a piece of a stream straight into one array in its final layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dispatcher import notices
from dispatcher.backends.ffmpeg import samples
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_FIRST_FRAMES = 1 << 16
_MAX_PROMISED = 1 << 28


def promised_frames(container: InputContainer, stream: AudioStream) -> int:
    """Frames that the container says the stream has; 0 where it does not say. Not to be trusted."""
    if stream.duration is not None and stream.time_base is not None:
        return int(stream.duration * stream.time_base * stream.rate)
    return int(container.duration * stream.rate) // 1_000_000 if container.duration else 0


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
    except av.FFmpegError as why:
        if not found:
            raise BackendError(f"no sound could be decoded ({why.strerror})") from why
        notices.warn(
            f"only {found} frames of {container.name!r} could be decoded: the data after them is damaged ({why.strerror})",
            notices.DamagedInputWarning,
        )


def piece(
    container: InputContainer, stream: AudioStream, frame_offset: int, num_frames: int, normalize: bool
) -> npt.NDArray[np.generic]:
    """The frames of a piece, ``[channel, time]``; fewer than asked for where the stream ends.

    Raises:
        BackendError: there is not a single frame at that place, as in the releases.
    """
    import numpy as np

    out: npt.NDArray[np.generic] | None = None
    kind = samples.FORMATS["fltp"]
    begin, at = 0, 0  # place of the next frame in the stream, and in the result
    end = None if num_frames < 0 else frame_offset + num_frames
    for frame in frames(container, stream):
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
        raise BackendError(f"no sound could be decoded{where}; the stream has {begin} frames")
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
