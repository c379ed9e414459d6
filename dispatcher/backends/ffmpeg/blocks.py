"""Decoding a whole stream into blocks of one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dispatcher.backends.ffmpeg import decode, samples
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    import numpy.typing as npt
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer


def of(
    container: InputContainer,
    stream: AudioStream,
    block_frames: int,
    normalize: bool,
    source: Callable[[InputContainer, AudioStream], Iterator[AudioFrame]] = decode.frames,
) -> Iterator[npt.NDArray[Any]]:
    """The samples of a stream in blocks, ``[channel, time]``; one buffer serves for all of them.

    Raises:
        BackendError: there is not a single frame, or the stream changes its layout on the way.
    """
    import numpy as np

    out: npt.NDArray[Any] | None = None
    kind = samples.FORMATS["fltp"]
    at = 0
    for frame in source(container, stream):
        if out is None:
            kind = samples.FORMATS[frame.format.name]
            out = np.empty((frame.layout.nb_channels, block_frames), "float32" if normalize else kind.dtype)
        elif frame.layout.nb_channels != out.shape[0] or samples.FORMATS[frame.format.name] != kind:
            raise BackendError(f"the stream changes to {frame.layout.nb_channels} channels of {frame.format.name} on its way")
        first = 0
        while first < frame.samples:
            count = min(frame.samples - first, block_frames - at)
            samples.copy(frame, first, first + count, kind, out[:, at : at + count])
            first, at = first + count, at + count
            if at == block_frames:
                yield out
                at = 0
    if out is None:
        raise decode.NothingThereError("no sound could be decoded; the stream has 0 frames")
    if at:
        yield out[:, :at]
