"""Find packets of Vorbis and Opus in Ogg by page headers, and how many samples each gives.

A packet's first bytes tell how long it is, and a page's granule position tells how many samples end
with it. A packet's position is certain only if both agree on every page, and if the pages of one
stream follow each other without a gap. FFmpeg handles what is chained, multiplexed, cut off or odd.

    page    | header, segment sizes | packet 0 | packet 1 | packet 2 begins |
                                                          ^
            granule position: the samples up to here, the last packet's end on this page
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from dispatcher.headers import ogg_checksum
from dispatcher.headers.file import File
from dispatcher.headers.ogg import (
    CONTINUED,
    FIRST,
    LAST,
    OPUS,
    PAGE_HEADER,
    VORBIS,
    Page,
    opus_skipped,
    page,
)
from dispatcher.lazily import np, npt

Octets: TypeAlias = "npt.NDArray[np.uint8]"
Numbers: TypeAlias = "npt.NDArray[np.int64]"

_NOTHING_ENDS = -1  # the granule position of a page in which no packet ends
_WHOLE = 255  # bytes of a full segment: the next one belongs to the same packet
_LONGEST_PAGE = PAGE_HEADER + 255 + 255 * _WHOLE
_MOST_HEADERS = 1 << 20
_BLOCK = 1 << 19
_MOST_PAGES = 4  # that one packet may span
_VORBIS_COMMENTS, _VORBIS_SETUP, _OPUS_COMMENTS = b"\3vorbis", b"\5vorbis", b"OpusTags"
_MODE_BITS, _MOST_MODES = 41, 64
_IN_ADVANCE = 3  # packets decoded before a piece of Vorbis


class _OddError(Exception):
    """Packets and pages disagree, or a page is damaged."""


class Codec(NamedTuple):
    """What a stream's headers say of its packets.

    ``lapped``: packets overlap, as Vorbis blocks do. ``lengths`` are the block sizes of Vorbis, or
    the samples in a frame of Opus, by the first byte of a packet; 0 for an odd packet. ``skipped``
    is how many frames decoding drops at the start, ``headers`` how many packets are headers.
    """

    lapped: bool
    lengths: Numbers
    skipped: int
    headers: int


class Scan(NamedTuple):
    """A stream, all of it or up to some place.

    ``pages`` are the offsets of pages, ``firsts`` the index of the first packet that begins in
    each, and ``ends`` the samples up to each packet's end. ``total`` is how many frames decoding
    gives, or ``None`` if the end was not read.
    """

    pages: list[int]
    firsts: list[int]
    ends: Numbers
    skipped: int
    total: int | None


def _packets(data: bytes) -> Iterator[tuple[bytes, Page]]:
    """Give the packets that begin in ``data``, each with the page in which it ends.

    ``data`` begins with a page. A damaged page ends the packets.
    """
    parts: list[bytes] = []
    at, known = 0, True
    while (found := page(data, at)) is not None and ogg_checksum.is_right(data, at, found.end):
        if bool(found.flags & CONTINUED) != bool(parts):
            if at:
                return
            known = False
        place = found.body
        for size in found.lacing:
            parts.append(data[place : place + size])
            place += size
            if size < _WHOLE:
                if known:
                    yield b"".join(parts), found
                parts, known = [], True
        at = found.end


def _codec(file: File) -> tuple[Codec, Page] | None:
    """Read the codec's headers; return what they say and their last page.

    ``None`` for other codecs and odd headers.
    """
    found: list[tuple[bytes, Page]] = []
    for size in (_LONGEST_PAGE, _LONGEST_PAGE + _MOST_HEADERS):
        if len(found) < 3:
            found = list(itertools.islice(_packets(file.at(0, size)), 3))
    if not found:
        return None
    packets = [packet for packet, _ in found]
    codec = None
    if packets[0].startswith(VORBIS) and len(packets) == 3:
        codec = _vorbis(*packets)
    elif packets[0].startswith(OPUS) and len(packets) >= 2:
        codec = _opus(*packets[:2])
    if codec is None:
        return None
    pages = [page for _, page in found[: codec.headers]]
    first, last = pages[0], pages[-1]
    if first.flags != FIRST or any(
        page.flags & (FIRST | LAST) or page.serial != first.serial for page in pages[1:]
    ):
        return None
    # sound begins on a new page: all packets that end on this one are headers
    ended = sum(size < _WHOLE for size in last.lacing)
    return (codec, last) if last.lacing[-1] < _WHOLE and ended == pages.count(last) else None


def _vorbis(identification: bytes, comments: bytes, setup: bytes) -> Codec | None:
    if (
        len(identification) != 30
        or not comments.startswith(_VORBIS_COMMENTS)
        or not setup.startswith(_VORBIS_SETUP)
    ):
        return None
    sizes = 1 << (identification[28] & 15), 1 << (identification[28] >> 4)
    flags = modes(setup)
    return Codec(True, _block_sizes(flags, sizes), 0, 3) if flags else None


def modes(setup: bytes) -> tuple[int, ...]:
    """Return the block flag of each mode (1 is a long block), or () if the setup header is odd.

    The modes are at the header's end, so it is read backwards from its framing bit:

        ... | modes - 1: 6 bits | mode 0: 41 bits | ... | mode n: 41 bits | framing bit 1 | padding
        mode: block flag 1, window type 16 (0), transform type 16 (0), mapping 8 (below 64)
    """
    bits = int.from_bytes(setup, "little")
    at = bits.bit_length() - 1
    flags: list[int] = []
    found: tuple[int, ...] = ()
    while at > _MODE_BITS + 6 and len(flags) < _MOST_MODES:
        at -= _MODE_BITS
        mode = bits >> at & (1 << _MODE_BITS) - 1
        if mode >> 1 & 0xFFFF_FFFF or mode >> 33 >= 64:
            break
        flags.insert(0, mode & 1)
        if (bits >> at - 6 & 63) + 1 == len(flags):
            found = tuple(flags)
    return found


@functools.lru_cache(maxsize=16)
def _block_sizes(flags: tuple[int, ...], sizes: tuple[int, int]) -> Numbers:
    """Return the table of block sizes by a packet's first byte."""
    table = np.zeros(256, np.int64)
    for byte in range(0, 256, 2):
        mode = byte >> 1 & (1 << (len(flags) - 1).bit_length()) - 1
        table[byte] = sizes[flags[mode]] if mode < len(flags) else 0
    return table


def _opus(head: bytes, comments: bytes) -> Codec | None:
    if (
        len(head) < 19
        or not comments.startswith(_OPUS_COMMENTS)
        or head[8] >> 4
        or head[18]
        or head[9] not in (1, 2)
    ):
        return None
    return Codec(False, _opus_frames(), opus_skipped(head), 2)


@functools.cache
def _opus_frames() -> Numbers:
    """Return the table of samples per frame, at 48 kHz, by a packet's first byte."""
    silk, hybrid, celt = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
    kinds = [*silk, *silk, *silk, *hybrid, *hybrid, *celt, *celt, *celt, *celt]
    return np.repeat(np.array(kinds, np.int64), 8)


def _lengths(codec: Codec, first: Octets, second: Octets) -> Numbers:
    """Return the lengths of packets by their first two bytes.

    A packet of Vorbis is one block, a packet of Opus has one or more frames.
    """
    if codec.lapped:
        return codec.lengths[first]
    counts = np.where(first & 3 == 3, second & 63, np.array([1, 2, 2, 0])[first & 3])
    return codec.lengths[first] * counts


def scan(file: File, wanted: int | None = None) -> Scan | None:
    """Read the packets of Ogg Vorbis or Opus, up to frame ``wanted``; ``None`` if they are odd.

    The pages' checksums are verified too: FFmpeg drops a damaged page, and everything after it
    moves.
    """
    found = _codec(file)
    try:
        return None if found is None else _scanned(file, *found, wanted)
    except _OddError:
        return None


def _scanned(file: File, codec: Codec, header: Page, wanted: int | None) -> Scan | None:
    """Read pages in blocks of half a megabyte.

    Vorbis blocks overlap. A packet gives the samples from the middle of the block before to the
    middle of its own, (size before + size) / 4, and the first packet gives none:

        block 0    |-------+-------|
        block 1            |-------+-------|
        block 2                    |-------+-------|
        samples            |packet1|packet2|

    Raises:
        _OddError: packets and pages disagree.
    """
    size, last = file.size, header
    pages: list[int] = []
    firsts: list[int] = []
    parts: list[Numbers] = []
    count, before, reached, total = 0, 0, 0, None
    while last.end < size and (wanted is None or reached <= wanted + codec.skipped):
        at = last.end
        data = file.at(at, _BLOCK)
        block = _whole_packets(data, at, last)
        lengths, begun, ended = _measured(data, at, block, codec)
        gives = lengths
        if codec.lapped:  # the very first packet gives lengths[0] - lengths[0] = 0
            gives = (lengths + np.concatenate(([before or -lengths[0]], lengths[:-1]))) // 4
            before = int(lengths[-1])
        ends = np.cumsum(gives) + reached
        pages += [page.at for page in block]
        for each, packet in zip(block, ended.tolist(), strict=True):
            if each.flags & LAST:
                cut = int(gives[packet]) - 1 if len(pages) > 1 and packet >= 0 else 0
                total = _end(each, packet, ends, cut, size) - codec.skipped
            elif each.granule != (_NOTHING_ENDS if packet < 0 else ends[packet]):
                raise _OddError
        firsts += (begun + count).tolist()
        parts.append(ends)
        count, reached, last = count + len(lengths), int(ends[-1]), block[-1]
    if not parts or (total is None and last.end >= size) or (total is not None and total <= 0):
        return None
    return Scan(pages, firsts, np.concatenate(parts), codec.skipped, total)


def _whole_packets(data: bytes, at: int, before: Page) -> list[Page]:
    """Return the pages at the beginning of ``data``, up to one at whose end a packet ends.

    The pages after it are left to the next block, so that each block begins with a packet. ``at``
    is the offset of ``data`` in the file, ``before`` the page that ends there.

    Raises:
        _OddError: a page is damaged, of another stream, or not the next one; or there is none.
    """
    block = [before]
    while (found := page(data, block[-1].end - at, at)) is not None:
        if (
            not ogg_checksum.is_right(data, found.at - at, found.end - at)
            or (found.serial, found.number) != (before.serial, block[-1].number + 1)
            or found.flags & FIRST
            or not found.lacing
        ):
            raise _OddError
        block.append(found)
    while len(block) > 1 and block[-1].lacing[-1] == _WHOLE:
        block.pop()
    if len(block) == 1:
        raise _OddError
    return block[1:]


def _end(each: Page, packet: int, ends: Numbers, most: int, size: int) -> int:
    """Return the position at which the last page ends the stream.

    It may cut the last packet short, by ``most`` samples. In a stream of one page it cuts the
    beginning instead, so there it must not differ.
    """
    if packet < 0 or each.end != size or not 0 <= int(ends[packet]) - each.granule <= most:
        raise _OddError
    return each.granule


def _measured(
    data: bytes, at: int, block: list[Page], codec: Codec
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the lengths of the packets that begin in some pages, and where pages begin and end.

    These are, for each page, the index of the first packet that begins in it and of the last that
    ends in it (-1 for none).

    Raises:
        _OddError: a packet is empty or odd, or pages do not go on with the packets before them.
    """
    octets = np.frombuffer(data, np.uint8)
    lacing = np.frombuffer(b"".join(page.lacing for page in block), np.uint8).astype(np.int64)
    counts = np.array([len(page.lacing) for page in block])
    after = np.cumsum(counts)
    ends = lacing < _WHOLE
    begins = np.concatenate(([True], ends[:-1]))
    continued = np.array([page.flags & CONTINUED for page in block], bool)
    if (begins[after - counts] == continued).any() or not lacing[begins].all():
        raise _OddError
    passed = np.cumsum(lacing) - lacing
    bodies = np.array([page.body - at for page in block]) - passed[after - counts]
    places = (passed + np.repeat(bodies, counts))[begins]
    lengths = _lengths(codec, octets[places], octets.take(places + 1, mode="clip"))
    if not lengths.all():
        raise _OddError
    ended = np.concatenate(([0], np.cumsum(ends)))
    last = np.where(ended[after] > ended[after - counts], ended[after] - 1, -1)
    begun = np.concatenate(([0], np.cumsum(begins)))[after - counts]
    return lengths, begun, last


def vorbis_piece(
    file: File, found: Scan, frame_offset: int, end: int
) -> tuple[list[tuple[bytes, int]], int] | None:
    """Return the Vorbis packets for a piece up to ``end``; ``None`` if they begin with the stream.

    With each come the samples that it gives, 0 for the first; then where these samples begin.

    Packet k is the one that holds ``frame_offset``:

        packet    k-3                   k-2 and k-1       k ... last
        decoded   gives nothing, but    come out right,   hold frame_offset ... end
                  k-2 overlaps it       and are dropped
    """
    first = int(np.searchsorted(found.ends, frame_offset, "right")) - _IN_ADVANCE
    last = int(np.searchsorted(found.ends, end, "left"))
    if first < 1 or last >= len(found.ends):
        return None
    number = int(np.searchsorted(found.firsts, first, "right")) - 1
    stop = int(np.searchsorted(found.firsts, last, "right"))
    begin, beyond = found.pages[number], found.pages[min(stop, len(found.pages) - 1)]
    data = file.at(begin, beyond - begin + _MOST_PAGES * _LONGEST_PAGE)
    packets = itertools.islice(
        _packets(data), first - found.firsts[number], last + 1 - found.firsts[number]
    )
    ends = found.ends[first : last + 1]
    taken = [packet for packet, _ in packets]
    if len(taken) != len(ends):
        return None
    return list(zip(taken, [0, *np.diff(ends).tolist()], strict=True)), int(ends[0])
