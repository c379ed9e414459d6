"""Choose the decoder that gives the frames of the FFmpeg that the releases used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from dispatcher.backends.ffmpeg import ima, joints, sbc
from dispatcher.lazily import av


def of(stream: Any, context: Any) -> Callable[[av.Packet[Any]], Iterable[av.AudioFrame]]:
    """Return the function that decodes packets of a stream; ``context`` is its decoder."""
    return (
        joints.decoding(stream, context)
        or sbc.decoding(stream, context)
        or ima.decoding(stream, context)
        or context.decode
    )
