"""What decodes a packet as the recorded FFmpeg did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from dispatcher.backends.ffmpeg import ima, joints

if TYPE_CHECKING:
    from av import AudioFrame, Packet


def of(stream: Any, context: Any) -> Callable[[Packet[Any]], Iterable[AudioFrame]]:
    """Return what decodes the packets of a stream, whose decoder is ``context``."""
    return joints.decoding(stream, context) or ima.decoding(stream, context)
