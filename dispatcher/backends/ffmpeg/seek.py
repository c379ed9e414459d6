"""Decode from a place just before a piece, where that gives the same samples as from the start.

It depends on the codec. In flac, ALAC and PCM every packet is independent. A frame of mp3 needs
what the bit reservoir and the overlap keep of earlier frames: at most 511 bytes and one frame, so
decoding a few more frames makes it exact. A packet of Vorbis overlaps only the one before. AAC
fills noise from a state that goes back to the first frame; Opus and WMA smooth over earlier frames.
These three, all other codecs, and files that are not as their header says are decoded from the
start.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from dispatcher.backends.ffmpeg import decoders, packets, pcm
from dispatcher.errors import BackendError
from dispatcher.headers import flac, mpeg, ogg_packets
from dispatcher.lazily import av
from dispatcher.reading.opened import OpenFile

WORTH_IT = 1 << 15  # with fewer frames before a piece, decoding them costs less than seeking
# well over the 511 bytes of the bit reservoir, because headers and side information count here too
_IN_ADVANCE_BYTES = 1536
_IN_ADVANCE_FRAMES = 4
_BEFORE_FIRST = 1 << 14
_PCM_FILES = ("wav", "w64", "aiff", "au", "caf")
_INDEPENDENT = frozenset(
    {("flac", "flac"), (packets.MP4, "alac"), *((container, "pcm") for container in _PCM_FILES)}
)
_LONGEST_PADDING = 4096


class LostError(BackendError):
    """Decoding from a later place went wrong, so the stream must be decoded from the start."""


class Place(NamedTuple):
    """A place where decoding starts: its frames, the first one's position, and the stream's length.

    ``total`` is that length in frames, or ``None`` if unknown.
    """

    frames: Iterator[av.AudioFrame]
    begin: int
    total: int | None = None


Finder: TypeAlias = Callable[[], "Place | None"]


def finder(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    file: OpenFile | None,
    frame_offset: int,
    num_frames: int,
) -> Finder | None:
    """Return the function that finds a place at or before ``frame_offset``; ``None`` if none can.

    From that place decoding is exact. The function returns ``None`` if it must begin at the start.
    By then it may have read packets of the container. ``file`` is a local file.
    """
    if frame_offset < WORTH_IT:
        return None
    kind = container.format.name, stream.codec_context.codec.canonical_name
    if stand_for_themselves(container, stream):
        # the timestamps in a plain flac file only grow, so that FFmpeg can seek by them
        if kind[0] == "flac" and (file is None or flac.opening(file) is None):
            return None
        return functools.partial(_by_timestamp, container, stream, frame_offset)
    if file is None:
        return None
    if kind[0] == "mp3":
        return functools.partial(_by_headers, container, stream, file, frame_offset, num_frames)
    if kind == ("ogg", "vorbis"):
        return functools.partial(_by_pages, stream, file, frame_offset, num_frames)
    return None


def stand_for_themselves(container: av.container.InputContainer, stream: av.AudioStream) -> bool:
    """Return whether each packet decodes without earlier ones and has a timestamp in frames."""
    codec = stream.codec_context.codec.canonical_name
    return (container.format.name, "pcm" if codec.startswith("pcm_") else codec) in _INDEPENDENT


def _by_timestamp(
    container: av.container.InputContainer, stream: av.AudioStream, frame_offset: int
) -> Place | None:
    """Return a place that FFmpeg finds by timestamps, for independent packets."""
    base, rate = stream.time_base, stream.codec_context.sample_rate
    if (
        base is None
        or stream.start_time
        or not rate
        or not stream.duration
        or frame_offset >= stream.duration * base * rate
    ):
        return None
    try:
        first = next(container.demux(stream))
        if first.pos is None or first.size % max(1, pcm.frame_bytes(stream)):
            return None
        # position in frames = timestamp * time base * sample rate
        scale = base * rate
        container.seek(int(frame_offset / scale), stream=stream, backward=True)
    except av.FFmpegError:
        return None
    frames = _timed(container, stream, frame_offset, first.pos, scale)
    found = next(frames)
    return Place(itertools.chain((found,), frames), int((found.pts or 0) * scale))


def _timed(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    frame_offset: int,
    origin: int,
    scale: Fraction,
) -> Iterator[av.AudioFrame]:
    """Decode the next frames, and check that each begins where the last one ended.

    The first must begin at or before the piece. PCM packets must also lie in the file where their
    timestamps say, counted from ``origin``, where the sound begins: FFmpeg computes both from a bit
    rate and a frame size that may be wrong in the header. A timestamp times ``scale`` is a position
    in frames.
    """
    whole, up, down = pcm.frame_bytes(stream), scale.numerator, scale.denominator
    expected: int | None = None
    decoded = decoders.of(stream, stream.codec_context)
    try:
        for packet in packets.of(container, stream):
            if (
                whole
                and packet.size
                and (
                    packet.size % whole
                    or ((packet.pos or 0) - origin) * down != (packet.pts or 0) * up * whole
                )
            ):
                raise LostError("a packet is not where its time says")
            for frame in decoded(packet):
                if frame.pts is None:
                    raise LostError("a frame has no time")
                place, between = divmod(frame.pts * up, down)
                if between or not (
                    0 <= place <= frame_offset if expected is None else place == expected
                ):
                    raise LostError("the times do not fit")
                expected = place + frame.samples
                yield frame
    except av.FFmpegError as why:
        raise LostError(str(why)) from why
    if expected is None:
        raise LostError("there is nothing")


def _by_headers(
    container: av.container.InputContainer,
    stream: av.AudioStream,
    file: OpenFile,
    frame_offset: int,
    num_frames: int,
) -> Place | None:
    """Return a place in an mp3, counted by the headers of its frames.

    FFmpeg drops ``skipped`` samples at the start, so position 0 lies within the first frames:

        mp3 frame    0    |    1    | ... | start | ... | first | ... | last |
        samples      0 ........ skipped ......................................
        position                0 .................... frame_offset ... end
        decoded                             from start, for the bit reservoir

    An mp3 frame's first sample is at position ``number * samples - skipped``.
    """
    sound = mp3_sound(container, stream, file)
    if sound is None:
        return None
    samples = sound.first.samples
    end = None if num_frames < 0 else frame_offset + num_frames
    wanted = None if end is None else (end + sound.skipped) // samples + 2
    places, complete = mpeg.frames(file, sound.begin, sound.first, wanted)
    count = len(places) - 1
    if complete and sound.promised is not None and count != sound.promised.frames:
        return None
    if sound.total is None and complete:
        sound = sound._replace(total=count * samples - sound.skipped)
    if sound.total is not None and (end is None or end > sound.total):
        if not complete:
            return None
        end = sound.total
    if end is None or frame_offset >= end or count * samples - sound.skipped < end:
        return None
    first = (frame_offset + sound.skipped) // samples
    start = first - _IN_ADVANCE_FRAMES
    while start > 0 and places[first] - places[start] < _IN_ADVANCE_BYTES:
        start -= 1
    if start <= 1:
        return None
    last = (end + sound.skipped - 1) // samples
    # the frame after ``last`` begins where ``last`` ends
    bounds = places[start : last + 2].tolist()
    data = file.at(bounds[0], bounds[-1] - bounds[0])
    pieces = (
        (data[begin - bounds[0] : end - bounds[0]], samples)
        for begin, end in itertools.pairwise(bounds)
    )
    return Place(_decoded(stream, pieces), start * samples - sound.skipped, sound.total)


def _decoded(
    stream: av.AudioStream, packets: Iterable[tuple[bytes, int]]
) -> Iterator[av.AudioFrame]:
    """Decode packets, each of which must give one frame of so many samples, or none for 0."""
    for packet, samples in packets:
        try:
            decoded = stream.codec_context.decode(av.Packet(packet))
        except av.FFmpegError as why:
            raise LostError(str(why)) from why
        if [frame.samples for frame in decoded] != [samples] * bool(samples):
            raise LostError("a packet did not give the frame it should")
        yield from decoded


def _by_pages(
    stream: av.AudioStream, file: OpenFile, frame_offset: int, num_frames: int
) -> Place | None:
    """Return a place in Ogg Vorbis, counted by its packets and pages."""
    end = None if num_frames < 0 else frame_offset + num_frames
    found = ogg_packets.scan(file, end)
    if found is None:
        return None
    if found.total is not None and (end is None or end > found.total):
        end = found.total
    if end is None or frame_offset >= end:
        return None
    piece = ogg_packets.vorbis_piece(file, found, frame_offset, end)
    if piece is None:
        return None
    packets, begin = piece
    return Place(_decoded(stream, packets), begin, found.total)


def frames_by_end(
    container: av.container.InputContainer, stream: av.AudioStream, file: OpenFile
) -> int | None:
    """Return how many frames a stream has, by decoding its last packets; ``None`` if that fails.

    Frames after those the header counts are counted too, as they are decoded too.
    """
    promised = (
        0
        if stream.duration is None or stream.time_base is None
        else stream.duration * stream.time_base * stream.rate
    )
    try:
        find = finder(container, stream, file, int(promised) - 1, -1)
        place = None if find is None else find()
        return None if place is None else place.begin + sum(frame.samples for frame in place.frames)
    except LostError:
        return None


class Sound(NamedTuple):
    """An mp3's audio: where it begins, its first header, and the frames dropped and given.

    ``skipped`` frames are dropped at the start, ``total`` frames are given. ``promised`` is the
    Xing header, and ``told_from`` the offset from which it counts bytes.
    """

    begin: int
    first: mpeg.Header
    skipped: int
    total: int | None
    promised: mpeg.Xing | None
    told_from: int


def mp3_sound(
    container: av.container.InputContainer, stream: av.AudioStream, file: OpenFile
) -> Sound | None:
    """Read an mp3's first header and Xing header; ``None`` where FFmpeg may see it differently."""
    packet = next(container.demux(stream), None)
    if packet is None or packet.pos is None or not packet.size or packet.pts not in (0, None):
        return None
    begin = max(0, packet.pos - _BEFORE_FIRST)
    before = file.at(begin, packet.pos - begin)
    first = mpeg.header(file.at(packet.pos, 4))
    if first is None or b"VBRI" in before:
        return None
    skipped = packets.skipped_at_start(packet)
    promised, back = mpeg.promise(before) or (None, 0)
    total = None
    if promised is not None:
        if not promised.frames or stream.duration is None or stream.time_base is None:
            return None
        told = stream.duration * stream.time_base * stream.codec_context.sample_rate
        # the duration may also leave out the padding after the sound, but nothing more
        most = promised.frames * first.samples - skipped
        if told.denominator != 1 or not max(0, most - _LONGEST_PADDING) <= told <= most:
            return None
        total = int(told)
    elif skipped:
        return None
    return Sound(packet.pos, first, skipped, total, promised, packet.pos - back)
