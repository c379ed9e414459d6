"""Decoding from a place just before a piece, where that gives the very samples that decoding from the start gives.

By codec: in flac, ALAC and PCM every packet stands for itself. A frame of mp3 needs what the bit reservoir and the overlap keep
of those before it, which is at most 511 bytes and one frame: some frames decoded in advance make it exact. A packet of Vorbis
laps over the one before it, and over no other. AAC fills noise from a state that goes back to the first frame, Opus and WMA smooth
over what was before: these, and all others, are decoded from the start. So is whatever turns out not to be as its header says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dispatcher import flac, mpeg
from dispatcher.backends.ffmpeg import ogg, packets, pcm
from dispatcher.errors import BackendError

if TYPE_CHECKING:
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

WORTH_IT = 1 << 15  # frames before a piece that cost more to decode than to seek over
_IN_ADVANCE_BYTES = 1536
_IN_ADVANCE_FRAMES = 4
_BEFORE_FIRST = 1 << 14
_PCM_FILES = ("wav", "w64", "aiff", "au", "caf")
_INDEPENDENT = frozenset({("flac", "flac"), (packets.MP4, "alac"), *((container, "pcm") for container in _PCM_FILES)})
_LONGEST_PADDING = 4096


class LostError(BackendError):
    """Decoding from a place other than the start did not go as it should; only decoding from the start can tell."""


class Place(NamedTuple):
    """Where decoding goes on: the frames from there, the place of the first of them, and how many the stream has, if known."""

    frames: Iterator[AudioFrame]
    begin: int
    total: int | None = None


def find(container: InputContainer, stream: AudioStream, path: str | None, frame_offset: int, num_frames: int) -> Place | None:
    """A place at or before a frame from which decoding is exact; ``None`` where that is the start.

    ``path`` is that of the file, where it is one of this machine.
    """
    if frame_offset < WORTH_IT:
        return None
    if stand_for_themselves(container, stream):
        return None if container.format.name == "flac" and not _plain_flac(path) else _by_timestamp(container, stream, frame_offset)
    if path is not None and container.format.name == "mp3":
        return _by_headers(container, stream, path, frame_offset, num_frames)
    if path is not None and (container.format.name, stream.codec_context.codec.canonical_name) == ("ogg", "vorbis"):
        return _by_pages(stream, path, frame_offset, num_frames)
    return None


def _plain_flac(path: str | None) -> bool:
    """Whether the times in a flac file only ever grow, so that they can be sought by."""
    if path is None:
        return False
    with open(path, "rb", buffering=0) as file:
        return flac.opening(file) is not None


def stand_for_themselves(container: InputContainer, stream: AudioStream) -> bool:
    """Whether each packet can be decoded without those before it, and tells its place in frames."""
    codec = stream.codec_context.codec.canonical_name
    return (container.format.name, "pcm" if codec.startswith("pcm_") else codec) in _INDEPENDENT


def _by_timestamp(container: InputContainer, stream: AudioStream, frame_offset: int) -> Place | None:
    """A place found by FFmpeg, where timestamps count samples and packets stand for themselves."""
    base, rate = stream.time_base, stream.codec_context.sample_rate
    if base is None or stream.start_time or not rate or not stream.duration or frame_offset >= stream.duration * base * rate:
        return None
    import av

    try:
        first = next(container.demux(stream))
        if first.pos is None or first.size % max(1, pcm.frame_bytes(stream)):
            return None
        container.seek(int(frame_offset / (rate * base)), stream=stream, backward=True)
    except av.FFmpegError:
        return None
    frames = _timed(container, stream, frame_offset, first.pos)
    found = next(frames)
    return Place(itertools.chain((found,), frames), int((found.pts or 0) * base * rate))


def _timed(container: InputContainer, stream: AudioStream, frame_offset: int, origin: int) -> Iterator[AudioFrame]:
    """The next frames, each checked to begin where the last one ended, and the first not to begin behind a piece.

    Those of PCM must lie in the file, whose sound begins at ``origin``, where their times say: FFmpeg goes by a bit rate that a header
    may have wrong, and cuts packets by a size that it may have wrong as well.
    """
    import av

    base, rate, whole = stream.time_base, stream.codec_context.sample_rate, pcm.frame_bytes(stream)
    expected: int | None = None
    try:
        for packet in packets.of(container, stream):
            if whole and packet.size and (packet.size % whole or packet.pos != origin + (packet.pts or 0) * (base or 0) * rate * whole):
                raise LostError("a packet is not where its time says")
            for frame in stream.decode(packet):
                if frame.pts is None or base is None:
                    raise LostError("a frame has no time")
                place = frame.pts * base * rate
                if place.denominator != 1 or not (0 <= place <= frame_offset if expected is None else place == expected):
                    raise LostError("the times do not fit")
                expected = int(place) + frame.samples
                yield frame
    except av.FFmpegError as why:
        raise LostError(str(why)) from why
    if expected is None:
        raise LostError("there is nothing")


def _by_headers(container: InputContainer, stream: AudioStream, path: str, frame_offset: int, num_frames: int) -> Place | None:
    """A place in an mp3, counted by the headers of its frames."""
    sound = mp3_sound(container, stream, path)
    if sound is None:
        return None
    samples = sound.first.samples
    end = None if num_frames < 0 else frame_offset + num_frames
    wanted = None if end is None else (end + sound.skipped) // samples + 2
    found = mpeg.frames(path, sound.begin, sound.first, wanted)
    count = len(found.bounds) - 1
    if found.complete and sound.promised is not None and count != sound.promised.frames:
        return None
    if sound.total is None and found.complete:
        sound = sound._replace(total=count * samples - sound.skipped)
    if sound.total is not None and (end is None or end > sound.total):
        if not found.complete:
            return None
        end = sound.total
    if end is None or frame_offset >= end or count * samples - sound.skipped < end:
        return None
    first = (frame_offset + sound.skipped) // samples
    start = first - _IN_ADVANCE_FRAMES
    while start > 0 and found.bounds[first] - found.bounds[start] < _IN_ADVANCE_BYTES:
        start -= 1
    if start <= 1:
        return None
    last = (end + sound.skipped - 1) // samples
    bounds = found.bounds[start : last + 2].tolist()
    return Place(_packets(stream, path, bounds, samples), start * samples - sound.skipped, sound.total)


def _packets(stream: AudioStream, path: str, bounds: list[int], samples: int) -> Iterator[AudioFrame]:
    """The decoded frames of packets that lie one after the other in a file."""
    import av

    with open(path, "rb", buffering=0) as file:
        file.seek(bounds[0])
        data = memoryview(file.read(bounds[-1] - bounds[0]) or b"")
    for begin, end in itertools.pairwise(bounds):
        try:
            decoded = stream.codec_context.decode(av.Packet(bytes(data[begin - bounds[0] : end - bounds[0]])))
        except av.FFmpegError as why:
            raise LostError(str(why)) from why
        if len(decoded) != 1 or decoded[0].samples != samples:
            raise LostError("a packet did not give the frame it should")
        yield decoded[0]


def _by_pages(stream: AudioStream, path: str, frame_offset: int, num_frames: int) -> Place | None:
    """A place in Vorbis in Ogg, counted by the sizes of its packets and its pages."""
    end = None if num_frames < 0 else frame_offset + num_frames
    found = ogg.scan(path, end)
    if found is None:
        return None
    if found.total is not None and (end is None or end > found.total):
        end = found.total
    if end is None or frame_offset >= end:
        return None
    piece = ogg.vorbis_piece(path, found, frame_offset, end)
    return None if piece is None else Place(_lapped(stream, piece), piece.begin, found.total)


def _lapped(stream: AudioStream, piece: ogg.Piece) -> Iterator[AudioFrame]:
    """The decoded frames of packets of which the first gives nothing but what the second one needs of it."""
    import av

    for packet, samples in zip(piece.packets, piece.gives, strict=True):
        try:
            decoded = stream.codec_context.decode(av.Packet(packet))
        except av.FFmpegError as why:
            raise LostError(str(why)) from why
        if [frame.samples for frame in decoded] != [samples] * bool(samples):
            raise LostError("a packet did not give the frames it should")
        yield from decoded


def frames_by_end(container: InputContainer, stream: AudioStream, path: str) -> int | None:
    """How many frames a stream has, by decoding the last of those that it should have; ``None`` where that fails.

    What comes behind them counts as well, as it does in decoding it all.
    """
    promised = 0 if stream.duration is None or stream.time_base is None else stream.duration * stream.time_base * stream.rate
    try:
        place = find(container, stream, path, int(promised) - 1, -1)
        return None if place is None else place.begin + sum(frame.samples for frame in place.frames)
    except LostError:
        return None


class Sound(NamedTuple):
    """Where the sound of an mp3 begins, what its first header says, and how much decoding drops at the start and gives in all.

    ``promised`` is what a Xing header says, and ``told_from`` the place from which it counts bytes.
    """

    begin: int
    first: mpeg.Header
    skipped: int
    total: int | None
    promised: mpeg.Promise | None
    told_from: int


def mp3_sound(container: InputContainer, stream: AudioStream, path: str) -> Sound | None:
    """What is known of an mp3 before any of it is decoded; ``None`` where FFmpeg makes something else of it."""
    packet = next(container.demux(stream), None)
    if packet is None or packet.pos is None or not packet.size or packet.pts not in (0, None):
        return None
    with open(path, "rb") as file:
        file.seek(max(0, packet.pos - _BEFORE_FIRST))
        before = file.read(min(packet.pos, _BEFORE_FIRST))
        first = mpeg.header(file.read(4))
    if first is None or b"VBRI" in before:
        return None
    skipped = packets.skipped_at_start(packet)
    promised = mpeg.promise(before)
    total = None
    if promised is not None:
        if not promised.frames or stream.duration is None or stream.time_base is None:
            return None
        told = stream.duration * stream.time_base * stream.codec_context.sample_rate
        most = promised.frames * first.samples - skipped
        if told.denominator != 1 or not max(0, most - _LONGEST_PADDING) <= told <= most:
            return None
        total = int(told)
    elif skipped:
        return None
    return Sound(packet.pos, first, skipped, total, promised, packet.pos - (promised.back if promised else 0))
