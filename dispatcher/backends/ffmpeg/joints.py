"""Where one part of a chained Ogg Vorbis file ends and the next begins, decoded as FFmpeg's command up to 7 does.

It begins the next part anew, over silence: the first block gives as many frames as if one of its size had stood before it. FFmpeg 8
laps it over the last block of the part before, whose size it need not have, and so gives up to 896 frames more. Headers
that come with a packet after the first frames of sound tell of a joint; no file of one piece has them there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from dispatcher import parts
from dispatcher.backends.ffmpeg import ogg
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from av import AudioFrame, Packet

_HEADERS: Literal["new_extradata"] = "new_extradata"
_SETUP = b"\5vorbis"


def decoding(stream: Any, context: Any) -> Callable[[Packet[Any]], Iterable[AudioFrame]] | None:
    """Return what decodes a packet of Ogg Vorbis; ``None`` for any other stream."""
    if stream.type != "audio" or context.codec.canonical_name != "vorbis" or stream.container.format.name != "ogg":
        return None
    return _Decoder(context).decode


def refuse_change(container: Any) -> None:
    """Refuse a chained Ogg file whose parts have not one rate, or not as many channels: FFmpeg ends at the joint, as with damage.

    Raises:
        BackendError: with the place, and what reads it.
    """
    if container.format.name != "ogg":
        return
    file = container.file
    uri, found = container.name.removeprefix("file:"), []
    if file is None:
        found = parts.of(uri)
    else:
        file = getattr(file, "file", file) if type(file).__name__ == "PyIOFile" else file  # PyAV's own wrapping
        with contextlib.suppress(OSError, ValueError, AttributeError, BackendError):
            here = file.tell()
            file.seek(0)
            uri, found = file, parts.of(file)
            file.seek(here)
    cause = parts.change(found)
    if cause:
        raise BackendError(f"{cause}. {parts.mend(uri, found)}")


class _Decoder:
    def __init__(self, context: Any) -> None:
        self._context = context
        self._headers = bytes(context.extradata or b"")
        self._gave = False

    def decode(self, packet: Packet[Any]) -> Iterator[AudioFrame]:
        """Decode a packet, the first one of a part over silence."""
        if packet.size and packet.has_sidedata(_HEADERS):
            headers = bytes(packet.get_sidedata(_HEADERS))
            if self._gave:
                self._begin(packet, headers)
            self._headers = headers
        for frame in self._context.decode(packet):
            self._gave = True
            yield frame

    def _begin(self, packet: Packet[Any], headers: bytes) -> None:
        import av

        silence = _silence(bytes(packet)[0], _modes(headers), _modes(self._headers))
        if silence:
            self._context.flush_buffers()
            self._context.decode(av.Packet(silence))


def _modes(headers: bytes) -> tuple[int, ...]:
    return ogg.modes(headers[headers.rfind(_SETUP) :]) if _SETUP in headers else ()


def _silence(first: int, modes: tuple[int, ...], before: tuple[int, ...]) -> bytes:
    """A packet without sound, of the size that the block which begins with this byte takes the one before it to have.

    Empty where the headers do not tell.
    """
    bits = (len(modes) - 1).bit_length()
    number = first >> 1 & (1 << bits) - 1
    if number >= len(modes):
        return b""
    # a long block says what stands before it; a short one laps over half of a short one whatever that is
    long = modes[number] and first >> 1 + bits & 1
    if long not in before:
        return b""
    return bytes([before.index(long) << 1]) + bytes(15)
