"""FLAC: STREAMINFO and the other metadata blocks at its beginning, and the frames' headers."""

import functools
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from dispatcher.headers.container import Container, File, Length, Part
from dispatcher.headers.file import BLOCK
from dispatcher.lazily import np

MAGIC = b"fLaC"
STREAMINFO_BYTES = 34
_BLOCK_HEADER = 4
_LONGEST_FRAME = 1 << 17  # bytes to search if STREAMINFO does not tell
_SHORTEST_HEADER, _LONGEST_HEADER = 6, 16
_MOST_BLOCKS = 128
_LOOKS = 8
_ODD_BLOCKS = (0, 5, 127)
_POLYNOMIAL = 0x107
_BLOCK_SIZES = (0, 192, 576, 1152, 2304, 4608, 0, 0, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
BEGINS, _BEGIN_BYTES = re.compile(rb"fLaC[\x00\x80]\0\0\x22"), 8


class StreamInfo(NamedTuple):
    """The fields of STREAMINFO.

    ``least`` and ``most`` are the audio frames in the shortest and longest flac frame.
    ``longest`` is the bytes of the longest flac frame; it and ``frames`` are 0 where unknown.
    """

    least: int
    most: int
    longest: int
    rate: int
    channels: int
    bits: int
    frames: int

    @property
    def block(self) -> int:
        """Return the audio frames in each flac frame; 0 where they differ."""
        return self.most if self.least == self.most else 0


def stream_info(block: bytes) -> StreamInfo | None:
    """Parse a STREAMINFO block of 34 bytes; return ``None`` for anything shorter."""
    if len(block) < STREAMINFO_BYTES:
        return None
    packed = int.from_bytes(block[10:18], "big")
    return StreamInfo(
        int.from_bytes(block[:2], "big"),
        int.from_bytes(block[2:4], "big"),
        int.from_bytes(block[7:10], "big"),
        packed >> 44,
        (packed >> 41 & 7) + 1,
        (packed >> 36 & 31) + 1,
        packed & (1 << 36) - 1,
    )


class Block(NamedTuple):
    """A metadata block: its kind, the offset and size of its body, and whether it is the last."""

    kind: int
    at: int
    size: int
    is_last: bool


def blocks(file: File) -> Iterator[Block]:
    """Give the metadata blocks, up to the last one or the file's end."""
    at = len(MAGIC)
    while len(head := file.at(at, _BLOCK_HEADER)) == _BLOCK_HEADER:
        at += _BLOCK_HEADER
        block = Block(head[0] & 0x7F, at, int.from_bytes(head[1:], "big"), head[0] > 0x7F)
        yield block
        if block.is_last:
            return
        at += block.size


def opening(file: File) -> StreamInfo | None:
    """Return the STREAMINFO of a plain flac file; ``None`` for any other file.

    Plain means: the metadata blocks lead to frame 0, and at several places of the file, frames
    further back have higher numbers. So it is not two files joined, nor one whose middle is
    missing.
    """
    return file.remembered(_opening)


def _opening(file: File) -> StreamInfo | None:
    if not BEGINS.match(file.head):
        return None
    info = stream_info(file.at(8, STREAMINFO_BYTES))
    found = list(itertools.islice(blocks(file), _MOST_BLOCKS))
    # FFmpeg refuses a second STREAMINFO and a bad cue sheet; libsndfile reads on
    odd = any(block.kind in _ODD_BLOCKS for block in found[1:])
    if info is None or not info.frames or odd or not found[-1].is_last:
        return None
    begin = found[-1].at + found[-1].size
    first = _frame(file.at(begin, _LONGEST_HEADER), info)
    plain = first is not None and not first.start and _in_order(file, begin, info)
    return info if plain else None


def _in_order(file: File, begin: int, info: StreamInfo) -> bool:
    """Return whether flac frames at several places of the file have rising positions."""
    last, size = 0, file.size - begin
    length = (info.longest or _LONGEST_FRAME) + _LONGEST_HEADER
    if size < length * _LOOKS:
        return MAGIC not in file.at(begin, size)
    for look in range(1, _LOOKS):
        data = file.at(begin + size * look // _LOOKS, length)
        found = next(_frames(data, info), None)
        if found is None or not last < found.start < info.frames:
            return False
        last = found.start
    return True


def _headers(data: bytes, end: int | None = None) -> Iterator[bytes]:
    """Give all bytes that may be the header of a frame and begin before ``end``."""
    octets = np.frombuffer(data, np.uint8)
    # what begins nearer to the end is no whole header
    places = np.flatnonzero(octets[: 1 - _SHORTEST_HEADER][:end] == 0xFF)
    for at in places[octets[places + 1] & 0xFE == 0xF8].tolist():
        yield data[at : at + _LONGEST_HEADER]


def _frames(data: bytes, info: StreamInfo) -> Iterator[range]:
    """Give the audio frames of each flac frame, by the headers in ``data``."""
    return filter(None, (_frame(header, info) for header in _headers(data)))


def one_after_the_other(file: File) -> bool:
    """Return whether a plain flac file holds each frame of its stream once, in order, to the end.

    libsndfile skips a frame that is there twice; FFmpeg decodes it twice.
    """
    info = opening(file)
    if info is None:
        return False
    tail = list(_frames(file.tail((info.longest or _LONGEST_FRAME) + _LONGEST_HEADER), info))
    if not tail or tail[-1].stop != info.frames:  # a quick look spares the long one
        return False
    expected, alike = 0, b""
    for header in itertools.chain.from_iterable(
        _headers(data, BLOCK) for _, data in file.blocks(_LONGEST_HEADER - 1)
    ):
        # bytes of sound that look like a header seldom have the rate and depth of the first header
        if alike and (header[2] & 0x0F, header[3] & 0x0F) != (alike[2] & 0x0F, alike[3] & 0x0F):
            continue
        found = _frame(header, info)
        if found is None or (
            info.block and found.stop - found.start != info.block and found.stop != info.frames
        ):
            continue
        alike = alike or header
        if found.start != expected:
            return False
        expected = found.stop
    return expected == info.frames


def _frame(data: bytes, info: StreamInfo) -> range | None:
    """Return the audio frames of a flac frame by its header; ``None`` if there is none.

    The bytes of a header:

        0-1   14 bits of sync, 0, and 1 if blocks differ in length
        2     code of the block length, code of the sample rate
        3     channels, bits, 0
        4-    number of the frame, or of its first sample, in 1 to 7 bytes, coded as in UTF-8
        then  block length (0 to 2 bytes), sample rate (0 to 2 bytes), CRC-8
    """
    if len(data) < _SHORTEST_HEADER or data[0] != 0xFF or data[1] & 0xFE != 0xF8 or data[3] & 1:
        return None
    coded = 1 if data[4] < 0x80 else 8 - (data[4] ^ 0xFF).bit_length()
    if not 1 <= coded <= 7 or (coded == 1 and data[4] >= 0x80):
        return None
    number = data[4] if coded == 1 else data[4] & (0x7F >> coded)
    for byte in data[5 : 4 + coded]:
        number = number << 6 | byte & 0x3F
    at = 4 + coded
    kind, rate = data[2] >> 4, data[2] & 15
    block = _BLOCK_SIZES[kind]
    if kind in (6, 7):
        block = int.from_bytes(data[at : at + kind - 5], "big") + 1
        at += kind - 5
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    # FFmpeg decodes no frame that is longer than STREAMINFO says
    if (
        not 0 < block <= info.most
        or info.least > info.most
        or at >= len(data)
        or _checksum(data[:at]) != data[at]
    ):
        return None
    begin = number if data[1] & 1 else number * info.block
    return range(begin, begin + block)


@functools.cache
def _table() -> tuple[int, ...]:
    """Return what each byte does to the CRC-8 of a frame header, highest bit first."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value << 1 ^ (_POLYNOMIAL if value >> 7 else 0)
        table.append(value)
    return tuple(table)


def _checksum(data: bytes) -> int:
    """Return the CRC-8 of a frame header."""
    table, found = _table(), 0
    for byte in data:
        found = table[found ^ byte]
    return found


def _length(file: File) -> Length | None:
    info = None if file.number(4, 1, "big") & 0x7F else stream_info(file.at(8, STREAMINFO_BYTES))
    return None if info is None else Length(info.frames, info.channels)


def _begins(file: File) -> Iterator[int]:
    """Give the offsets at which a flac file begins; in half the time that ``BEGINS`` takes."""
    for at, data in file.blocks(_BEGIN_BYTES - 1) if file.is_searched else ():
        octets = np.frombuffer(data, np.uint8)
        places = np.flatnonzero((octets[:-1] == MAGIC[0]) & (octets[1:] == MAGIC[1])).tolist()
        yield from (at + place for place in places if BEGINS.match(data, place))


def _parts(file: File) -> list[Part]:
    """Find parts by their STREAMINFO blocks."""
    infos = (
        (at, stream_info(file.at(at + _BEGIN_BYTES, STREAMINFO_BYTES))) for at in _begins(file)
    )
    return [Part("flac", at, info.rate, info.channels) for at, info in infos if info and info.rate]


def later_parts(file: File) -> list[bytes]:
    """Return the bytes of each part of a joined file but the first."""
    data = file.all()
    begins = list(_begins(file))
    return [data[begin:end] for begin, end in itertools.pairwise([*begins[1:], len(data)])]


CONTAINER = Container("flac", MAGIC, _length, parts=_parts)
