"""Give a stream's packets as the FFmpeg of the recordings gave them to its decoders.

A packet may say how many frames decoding drops at its beginning and at its end. FFmpeg 5.1 said
something else than later versions:

    mp4, with FFmpeg 9   nothing at the end, where an edit list ends early
    caf                  nothing at all; later ones drop the end of ALAC twice
    Opus in Matroska     the pre-skip; later ones count it at the rate that was encoded, as if that
                         were 48,000 Hz, and so drop too few

FFmpeg 8 loses the first packet of most parts of joined flac, so each part is demuxed by itself.

Packets of PCM were shorter: 4,096 bytes in wav and w64; in others 1,024 frames, or 1/25 of a second
where that is less. A ``StreamReader`` whose chunks are not taken in time drops the first ones, and
packets come whole.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal, TypeAlias

from dispatcher import notices
from dispatcher.backends.ffmpeg import joints, pcm
from dispatcher.errors import describe
from dispatcher.headers import flac
from dispatcher.lazily import av
from dispatcher.reading.opened import look

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
# a container opened with format= has only that name
_MP4_NAMES = frozenset({MP4, *MP4.split(",")})
_SKIP: Literal["skip_samples"] = "skip_samples"
# that side data: frames to drop at the beginning and at the end, 32 bits each, little-endian
_AT_START, _AT_END = slice(0, 4), slice(4, 8)
# the head of an Opus stream, and what it holds of the frames to drop: 16 bits, little-endian
_OPUS, _PRE_SKIP = b"OpusHead", slice(10, 12)

_OF_BYTES = frozenset({"wav", "w64"})
_OF_FRAMES = frozenset({"au", "avr", "ircam", "nistsphere", "pvf", "rso", "sln", "sox"})
_BYTES, _FRAMES, _PER_SECOND = 4096, 1024, 25

_Trimming: TypeAlias = "Callable[[av.Packet[Any], bytearray], None]"


def of(
    container: av.container.InputContainer, stream: av.AudioStream
) -> Iterable[av.Packet[av.AudioStream]]:
    """Demux a stream; each packet is as the recorded FFmpeg gave it to the decoder."""
    found = _of_all_parts(container, stream)
    trimmed = as_recorded(container)
    return found if trimmed is _as_it_is else map(trimmed, found)


def _of_all_parts(
    container: av.container.InputContainer, *streams: av.AudioStream
) -> Iterable[av.Packet[Any]]:
    """Demux; where a second flac begins in a packet, open each later part of the file by itself."""
    found = _demux(container, *streams)
    return _of_joined(container, found) if container.format.name == "flac" else found


def _of_joined(
    container: av.container.InputContainer, packets: Iterable[av.Packet[Any]]
) -> Iterator[av.Packet[Any]]:
    parts = None
    for packet in packets:
        if parts and packet.size:
            continue
        joint = flac.BEGINS.search(packet) if packet.size else None
        if joint is not None:
            parts = look(joints.uri_of(container), flac.later_parts, 0)
        if joint is None or not parts:
            if joint is not None:
                _warn_of_lost_frames(container)
            yield packet
            continue
        yield _part(packet, bytes(packet)[: joint.start()])
        for data in parts:
            part: Any = av.open(io.BytesIO(data), format="flac")
            with part:
                for inner in part.demux(audio=0):
                    if inner.size:
                        inner.stream = packet.stream
                        yield inner


def _demux(
    container: av.container.InputContainer, *streams: av.AudioStream
) -> Iterator[av.Packet[Any]]:
    """Demux; leave out packets that neither have data nor end a stream, as flac in nut has one.

    At the end, PyAV ends the streams, and fails at one that began on the way.
    """
    with contextlib.suppress(IndexError):
        for packet in container.demux(*streams):
            if packet.size or packet.pts is None:
                yield packet


def demuxed(container: av.container.InputContainer) -> Iterator[av.Packet[Any]]:
    """Demux all streams of a container; packets of PCM are no longer than in the recordings."""
    most: dict[int, int] = {}
    for packet in _of_all_parts(container):
        if packet.stream_index not in most:
            most[packet.stream_index] = _frames_at_most(packet.stream)
        frames = most[packet.stream_index]
        if frames and packet.size and (packet.duration or 0) > frames:
            yield from _parts(packet, frames)
        else:
            yield packet


def _frames_at_most(stream: Any) -> int:
    """Return how many frames of PCM a packet had at most in the recordings; 0 for no limit."""
    context = getattr(stream, "codec_context", None)
    size = pcm.frame_bytes(stream) if stream.type == "audio" and context is not None else 0
    if not size:
        return 0
    kind: str = stream.container.format.name
    if kind in _OF_BYTES:
        return max(1, _BYTES // size)
    if kind in _OF_FRAMES or stream.codec_context.codec.canonical_name == f"pcm_{kind}":
        return min(max(1, int(stream.codec_context.sample_rate) // _PER_SECOND), _FRAMES)
    return 0


def _parts(packet: av.Packet[Any], frames: int) -> Iterator[av.Packet[Any]]:
    """Give a packet of PCM in parts of so many frames; its time base is that of a frame."""
    data = bytes(packet)
    size = frames * pcm.frame_bytes(packet.stream)
    for begin in range(0, len(data), size):
        yield _part(packet, data[begin : begin + size], begin // size * frames)


def _warn_of_lost_frames(container: av.container.InputContainer) -> None:
    text = (
        f"{describe(joints.uri_of(container))} consists of several flac files joined together, and "
        "is read in one go, since it cannot be read again or is larger than 1 GiB: FFmpeg may lose "
        "up to 4,096 frames at each joint. Save each flac to a file of its own and read that"
    )
    notices.warn(text, notices.TruncatedInputWarning)


def _part(packet: av.Packet[Any], data: bytes, later: int = 0) -> Any:
    """Return a part of a packet, ``later`` by so much."""
    part: Any = av.Packet(data)
    part.stream, part.time_base = packet.stream, packet.time_base
    if packet.pts is not None:
        part.pts = part.dts = packet.pts + later
    return part


def as_recorded(
    container: av.container.InputContainer,
) -> Callable[[av.Packet[Any]], av.Packet[Any]]:
    """Return the function that turns a container's packets into those of the recorded FFmpeg."""
    trimming = _TRIMMED.get(container.format.name)
    return _as_it_is if trimming is None else functools.partial(_trimmed, trimming)


def is_mp4(container: av.container.Container) -> bool:
    """Return whether a container is mp4 or one of its relatives."""
    return container.format.name in _MP4_NAMES


def skipped_at_start(packet: av.Packet[av.AudioStream]) -> int:
    """Return how many frames decoding drops at a stream's beginning, given its first packet."""
    return (
        int.from_bytes(bytes(packet.get_sidedata(_SKIP))[_AT_START], "little")
        if packet.has_sidedata(_SKIP)
        else 0
    )


def _as_it_is(packet: av.Packet[Any]) -> av.Packet[Any]:
    return packet


def _trimmed(trimming: _Trimming, packet: av.Packet[Any]) -> av.Packet[Any]:
    """Make decoding drop what it dropped in the recordings."""
    for found in packet.iter_sidedata():  # has_sidedata takes six times as long
        if found.data_type == _SKIP:
            data = bytearray(bytes(found))
            trimming(packet, data)
            if data != bytes(found):
                found.update(bytes(data))
                packet.set_sidedata(found)
            break
    return packet


def _keep_the_end(_: av.Packet[Any], data: bytearray) -> None:
    data[_AT_END] = bytes(4)


def _keep_all(_: av.Packet[Any], data: bytearray) -> None:
    data[_AT_START] = data[_AT_END] = bytes(4)


def _drop_the_pre_skip(packet: av.Packet[Any], data: bytearray) -> None:
    head = packet.stream.codec_context.extradata or b""
    if head.startswith(_OPUS) and any(data[_AT_START]) and any(head[_PRE_SKIP]):
        data[_AT_START] = head[_PRE_SKIP] + bytes(2)


_TRIMMED: dict[str, _Trimming] = {
    "caf": _keep_all,
    **dict.fromkeys(_MP4_NAMES, _keep_the_end),
    **dict.fromkeys(("matroska,webm", "matroska", "webm"), _drop_the_pre_skip),
}
