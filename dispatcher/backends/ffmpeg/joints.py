"""Decode chained Ogg Vorbis at the joints of its parts as FFmpeg's command up to 7 does.

FFmpeg 7 starts each part anew, over silence: the first block gives as many frames as if a block of
its size came before it. FFmpeg 8 overlaps it with the last block of the part before, which may have
another size, and so gives up to 896 frames more. Headers in a packet after the first frames mark a
joint; a file of one part has none there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from dispatcher.errors import BackendError
from dispatcher.headers import ogg_packets, registry
from dispatcher.lazily import av
from dispatcher.reading import joined_files

_HEADERS: Literal["new_extradata"] = "new_extradata"
_SETUP = b"\5vorbis"
# by FFmpeg's name, those of whose parts FFmpeg reads the first header only
_AS_THE_FIRST = {"matroska,webm": "mka", "nut": "nut"}


def decoding(
    stream: Any, context: Any
) -> Callable[[av.Packet[Any]], Iterable[av.AudioFrame]] | None:
    """Return the function that decodes packets of Ogg Vorbis; ``None`` for any other stream."""
    if (
        stream.type != "audio"
        or context.codec.canonical_name != "vorbis"
        or stream.container.format.name != "ogg"
    ):
        return None
    headers, gave = bytes(context.extradata or b""), False

    def decode(packet: av.Packet[Any]) -> Iterator[av.AudioFrame]:
        """Decode a packet; put silence before the first one of a part."""
        nonlocal headers, gave
        if packet.size and packet.has_sidedata(_HEADERS):
            before, headers = headers, bytes(packet.get_sidedata(_HEADERS))
            silence = _silence(bytes(packet)[0], _modes(headers), _modes(before)) if gave else b""
            if silence:
                context.flush_buffers()
                context.decode(av.Packet(silence))
        for frame in context.decode(packet):
            gave = True
            yield frame

    return decode


def refuse_change(container: Any) -> str:
    """Refuse a joined file whose parts differ in codec, sample rate or channels.

    FFmpeg stops at such a joint as it does at damage, and at the tags between other parts.

    Returns:
        Where the second part begins and what to do, or "" for a file that is not joined.

    Raises:
        BackendError: the parts differ; the text gives the place and what to do.
    """
    kind, found = container.format.name, []
    if kind not in registry.joinable():
        return ""
    uri = uri_of(container)
    with contextlib.suppress(BackendError):
        found = joined_files.of(uri, (kind,), 0)
    if cause := joined_files.change(found):
        raise BackendError(f"{cause}. {joined_files.mend(uri, found)}")
    if len(found) < 2:
        return ""
    return f"another file begins at byte {found[1].begin}. {joined_files.cut(uri, found[1])}"


def refuse_joined(container: Any, place: Any) -> None:
    """Refuse joined Matroska and NUT whose parts differ: FFmpeg decodes all as the first is.

    ``place`` is the open file, or what FFmpeg reads from.

    Raises:
        BackendError: the parts differ; the text gives the place and what to do.
    """
    kind = _AS_THE_FIRST.get(container.format.name)
    found = joined_files.of(place, (kind,), 0) if kind else []
    if cause := joined_files.change(found):
        raise BackendError(f"{cause}. {joined_files.mend(uri_of(container), found)}")


def uri_of(container: Any) -> Any:
    """Return the path or the file object that a container reads."""
    file = container.file
    if file is None:
        return container.name.removeprefix("file:")
    return file.file if type(file).__name__ == "PyIOFile" else file  # PyAV's own wrapping


def _modes(headers: bytes) -> tuple[int, ...]:
    return ogg_packets.modes(headers[headers.rfind(_SETUP) :]) if _SETUP in headers else ()


def _silence(first: int, modes: tuple[int, ...], before: tuple[int, ...]) -> bytes:
    """Return a silent packet with the block size that this block expects before it.

    ``first`` is the first byte of the block. Empty if the headers do not tell the size.
    """
    bits = (len(modes) - 1).bit_length()
    number = first >> 1 & (1 << bits) - 1
    if number >= len(modes):
        return b""
    # a long block tells the size before it; a short one always overlaps as with a short one
    long = modes[number] and first >> 1 + bits & 1
    if long not in before:
        return b""
    return bytes([before.index(long) << 1]) + bytes(15)
