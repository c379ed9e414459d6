"""A stream's packets as the recorded FFmpeg handed them to its decoders, whichever FFmpeg PyAV's wheel brings.

- FFmpeg 9 marks what an mp4's edit list leaves out of the last packet, and drops it when that is decoded; no earlier one did.
- PCM that ends within a frame: up to FFmpeg 8.0 the rest is decoded by itself, which fails, and PyAV then drops the whole packet.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Literal

from dispatcher.backends.ffmpeg import pcm
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av import Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
# a container opened by the name of one of them is called by that alone
_MP4_NAMES = frozenset({MP4, *MP4.split(",")})
_SKIP: Literal["skip_samples"] = "skip_samples"
# FFmpeg's layout of that side data: frames to drop at the beginning and at the end, 32 bits each, little-endian
_AT_END = slice(4, 8)
# codec and channels: the first libavcodec that decodes it rightly. That of PyAV 15 gives stereo Speex twice as long.
_WRONG_UNTIL = {("speex", 2): (62, 0, 0)}


def of(container: InputContainer, stream: AudioStream, cut: bool = True) -> Iterable[Packet[AudioStream]]:
    """Demux a stream, each packet as the recorded FFmpeg would have handed it to the decoder.

    ``cut`` says whether PCM that ends within a frame is shortened to whole frames.
    """
    packets = container.demux(stream)
    if container.format.name in _MP4_NAMES:
        return map(_untrimmed, packets)
    whole = pcm.frame_bytes(stream)
    return map(functools.partial(_whole_frames, whole), packets) if cut and whole > 1 else packets


def check_decoder(stream: AudioStream) -> None:
    """Refuse what the FFmpeg of PyAV's wheel is known to decode to something else.

    Raises:
        BackendError: its samples would be wrong.
    """
    import av

    context = stream.codec_context
    wrong_until = _WRONG_UNTIL.get((context.codec.canonical_name, context.channels))
    if wrong_until is not None and av.library_versions["libavcodec"] < wrong_until:
        raise BackendError(
            f"PyAV {av.__version__} decodes {context.codec.canonical_name} of {context.channels} channels wrongly;"
            " use a newer one: pip install --upgrade av"
        )


def skipped_at_start(packet: Packet[AudioStream], stream: AudioStream) -> int:
    """Return how many frames decoding drops at the beginning of a stream, given its first packet.

    PyAV 15 shows no side data; an mp3's start time says the same.
    """
    if hasattr(packet, "has_sidedata"):
        return int.from_bytes(bytes(packet.get_sidedata(_SKIP))[:4], "little") if packet.has_sidedata(_SKIP) else 0
    if not stream.start_time or stream.time_base is None:
        return 0
    return int(stream.start_time * stream.time_base * stream.codec_context.sample_rate)


def _untrimmed(packet: Packet[AudioStream]) -> Packet[AudioStream]:
    """Have a packet decoded to its end. PyAV 15 cannot, and needs not: it comes with FFmpeg 7."""
    if not packet.size or not hasattr(packet, "has_sidedata") or not packet.has_sidedata(_SKIP):
        return packet
    found = packet.get_sidedata(_SKIP)
    data = bytearray(bytes(found))
    if any(data[_AT_END]):
        data[_AT_END] = bytes(4)
        found.update(bytes(data))
        packet.set_sidedata(found)
    return packet


def _whole_frames(frame_bytes: int, packet: Packet[AudioStream]) -> Packet[AudioStream]:
    """Leave out what follows the last whole frame; a packet that has none is left as it is, and fails."""
    rest = packet.size % frame_bytes
    if not rest or packet.size < frame_bytes:
        return packet
    import av

    short: Any = av.Packet(bytes(packet)[:-rest])
    short.pts, short.dts, short.time_base = packet.pts, packet.dts, packet.time_base
    ready: Packet[AudioStream] = short
    return ready
