"""Ogg: pages, each with the position that the sound has reached at its end.

    0     4        5      6        14      18      22        26        27
    OggS  version  flags  granule  serial  number  checksum  segments  their sizes | segments ...

A granule position counts frames; in Opus, frames at 48 kHz.
"""

import re
import struct
from typing import NamedTuple

from dispatcher.headers import flac, ogg_checksum
from dispatcher.headers.container import Bytes, Container, File, Part

PAGE_HEADER = 27
CONTINUED, FIRST, LAST = 1, 2, 4
_PAGE = struct.Struct("<4sBBqIIIB")
_MAGIC = b"OggS"
_START = b"OggS\0"  # with the only version there is
_PART_BEGINS = re.compile(rb"OggS\0[\x02\x06]")
_TAIL = 1 << 17  # twice the longest page
_BLOCK = 1 << 19
_EVERYTHING = 1 << 64
VORBIS, OPUS, _FLAC = b"\1vorbis", b"OpusHead", b"\x7fFLAC"
_SPEEX = b"Speex   "
_SOUNDS = VORBIS, OPUS, _FLAC, _SPEEX
_OPUS_RATE = 48000
_FLAC_INFO = 17  # offset of STREAMINFO in the first packet


class Page(NamedTuple):
    """A page: its header, its segment sizes (``lacing``), and its offsets in the file.

    ``at`` is the offset of the page, ``body`` that of its segments, ``end`` that of the byte after
    it.
    """

    flags: int
    granule: int
    serial: int
    number: int
    lacing: bytes
    at: int
    body: int
    end: int


def page(data: bytes, at: int, base: int = 0) -> Page | None:
    """Parse the page at ``at``; return ``None`` unless it is complete.

    ``base`` is the offset of ``data`` in its file.
    """
    if at < 0 or at + PAGE_HEADER > len(data):
        return None
    magic, version, flags, granule, serial, number, _, count = _PAGE.unpack_from(data, at)
    body = at + PAGE_HEADER + count
    lacing = data[at + PAGE_HEADER : body]
    end = body + sum(lacing)
    if magic != _MAGIC or version or end > len(data):
        return None
    return Page(flags, granule, serial, number, lacing, base + at, base + body, base + end)


def opus_skipped(head: bytes) -> int:
    """Return the frames at 48 kHz that decoding drops, given Opus' first packet."""
    return int.from_bytes(head[10:12], "little")


def _granule(data: bytes, at: int) -> int:
    """Return the granule position of the page at ``at``, whether that is complete or not."""
    return int.from_bytes(data[at + 6 : at + 14], "little", signed=True)


def last_granule(file: File) -> int | None:
    """Return the position, in frames, that the last page names; only the file's ends are read.

    It is the length of the file unless that was joined, or cut out of another. ``None`` for other
    files.
    """
    tail = file.tail(_TAIL) if file.head.startswith(_MAGIC) else b""
    at = tail.rfind(_START)
    return _granule(tail, at) if at >= 0 else None


def sound_before_last_page(file: File) -> int | None:
    """Return how many frames there are before the last page, or ``None`` if unknown."""
    tail = file.tail(_TAIL)
    found: list[tuple[int, bytes]] = []
    at = len(tail)
    while (at := tail.rfind(_START, 0, at)) >= 0 and len(found) < 2:
        granule = _granule(tail, at)
        if granule >= 0 and at + 14 <= len(tail):
            found.append((granule, tail[at + 14 : at + 18]))
    return found[1][0] if len(found) == 2 and found[0][1] == found[1][1] else None


def frames(file: File) -> int:
    """Return the frames of all parts of an Ogg file together, as their last pages tell."""
    data = file.all() if file.head.startswith(_MAGIC) else b""
    begins = [part.begin for part in _parts(Bytes(data))]
    last = (
        data.rfind(_START, begin, end)
        for begin, end in zip(begins, [*begins[1:], len(data)], strict=False)
    )
    return sum(max(0, _granule(data, at)) for at in last)


def _missing(file: File) -> str | None:
    """Check the last page: it must be whole, and have the flag that ends a stream."""
    tail = file.tail(_TAIL)
    at = tail.rfind(_START)
    last = page(tail, at)
    if last is None:
        return "its last page is incomplete" if at >= 0 else None
    return None if last.flags & LAST else "its last page is missing"


def _damage(file: File, frames: int, end: int | None) -> str | None:
    """Look for the first damaged or missing page of sound.

    Libraries drop such a page, and everything after it moves. If the last page names no more frames
    than were read, none was dropped.
    """
    head = file.head.find(OPUS)
    skipped = opus_skipped(file.head[head : head + 12]) if head >= 0 else 0
    if end is None and frames >= (last_granule(file) or 0) - skipped:
        return None
    return _damage_up_to(file, _EVERYTHING if end is None else end)


def _damage_up_to(file: File, frame: int) -> str | None:
    """Look at the pages up to one that reaches a frame.

    In chained Ogg, frames count on from part to part.
    """
    at = before = reached = 0
    numbers = dict[int, int]()
    sounds = set[int]()
    while before + reached < frame:
        data, place = file.at(at, _BLOCK), 0
        while found := page(data, place):
            is_other = found.serial in numbers and found.serial not in sounds
            if not is_other and not ogg_checksum.is_right(data, place, found.end):
                break
            if found.flags & FIRST:
                head = data[found.body : found.end]
                if head.startswith(_SOUNDS):
                    sounds.add(found.serial)
                    before, reached = before + reached, 0
                    frame += opus_skipped(head) * head.startswith(OPUS)
            elif not is_other and found.number != numbers.get(found.serial, -1) + 1:
                return f"pages are missing before byte {at + place}"
            numbers[found.serial] = found.number
            place = found.end
            if found.serial in sounds:
                reached = max(reached, found.granule)
                if before + reached >= frame:
                    return None
        if not place:
            wrong = f"its page at byte {at} has a wrong checksum"
            return wrong if _START in data else None
        at += place
    return None


def _parts(file: File) -> list[Part]:
    """Find parts by the first pages of streams; read rate and channels from their headers."""
    data = file.all()
    found: list[Part] = []
    before = -1
    for match in _PART_BEGINS.finditer(data):
        first = page(data, match.start())
        if first is None:
            continue
        head = data[first.body : first.end]
        # streams that run side by side begin right after each other; only the first begins a part
        if first.at != before:
            if head.startswith(VORBIS) and len(head) >= 16:
                rate = int.from_bytes(head[12:16], "little")
                found.append(Part("ogg", first.at, rate, head[11], "Vorbis"))
            elif head.startswith(OPUS) and len(head) >= 19:
                found.append(Part("ogg", first.at, _OPUS_RATE, head[9], "Opus"))
            elif head.startswith(_SPEEX) and len(head) >= 52:
                rate, channels = struct.unpack_from("<I8xI", head, 36)
                found.append(Part("ogg", first.at, rate, channels, "Speex"))
            elif head.startswith(_FLAC) and (info := flac.stream_info(head[_FLAC_INFO:])):
                found.append(Part("ogg", first.at, info.rate, info.channels, "FLAC"))
        before = first.end
    return found


CONTAINER = Container("ogg", _MAGIC, missing=_missing, parts=_parts, complete=True, damage=_damage)
