"""Decode a whole stream into blocks of one size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dispatcher.backends.ffmpeg import decode
from dispatcher.backends.ffmpeg.sink import ChangedLayoutError, Sink
from dispatcher.errors import BackendError
from dispatcher.lazily import av, npt
from dispatcher.plain_wav.reader import PlainWav

_LEAST_ROOM = 1 << 12


def of(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    block_frames: int,
    normalize: bool,
    source: decode.Source = decode.frames,
) -> Iterator[npt.NDArray[Any]]:
    """Give the samples of a stream in blocks, ``[channel, time]``.

    Raises:
        BackendError: the stream has no frame, or changes its layout on the way.
    """
    shape: tuple[str, int] | None = None
    sink: Sink | None = None
    room = min(block_frames, max(decode.promised_frames(container, stream), _LEAST_ROOM))
    at = given = 0
    for frame in source(container, stream):
        first, frames = 0, frame.samples
        own = frame.format.name, frame.layout.nb_channels
        shape = shape or own
        if own != shape:
            why = ChangedLayoutError(shape, frame, given + at)
            raise decode.changed_layout(container, why) from why
        if sink is not None and at + frames < block_frames:
            sink.take((frame,))
            at += frames
            continue
        while first < frames:
            if sink is None:
                sink, at = Sink(frame, room, normalize, True), 0
            count = min(frames - first, block_frames - at)
            sink.take((frame,), first, count)
            first, at = first + count, at + count
            if at == block_frames:
                yield sink.result()
                sink, given, at = None, given + at, 0
    if shape is None:
        raise decode.NothingThereError("no sound could be decoded; the stream has 0 frames")
    if sink is not None:
        yield sink.result()


def of_plain(plain: PlainWav, block_frames: int, normalize: bool) -> Iterator[npt.NDArray[Any]]:
    """Give the samples of a plain WAV file in blocks, ``[channel, time]``, without FFmpeg.

    Raises:
        BackendError: the file became shorter while it was read.
    """
    for first in range(0, plain.frames, block_frames):
        found = plain.piece(first, block_frames, normalize, True)
        if found is None:
            raise BackendError("the file became shorter while it was read")
        yield found
