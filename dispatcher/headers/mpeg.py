"""Headers of MPEG audio frames, layer 3: where each frame begins in a file.

So they tell which samples a frame holds. FFmpeg seeks in an mp3 by reading every packet before the
place; reading only the headers finds the same place a hundred times faster. Where one header does
not lead to the next, the file is damaged or odd, and FFmpeg must decide.
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from dispatcher.headers.container import Container, File, Length, Part, short
from dispatcher.headers.frames_in_a_row import FrameKind, sound_end
from dispatcher.lazily import np, npt

_RATES = (44100, 48000, 32000)
# kbit/s, by MPEG version (1 or 2) and layer (1 to 3)
_KBITS = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}
_VERSION_1 = 3  # as coded in the header
_RATE_DIVISORS = {_VERSION_1: 1, 2: 2, 0: 4}  # by version
SAME = 0xFFFE0C00  # bits of sync, version, layer and sample rate: equal in all frames of a stream
_ALIKE = 0xFFFFFE00  # these, bit rate and padding: equal in frames of one size
_BLOCK = 1 << 22
_ID3_HEADER, _FRAME_HEADER = 10, 4
_SIDE_INFO = (36, 21, 13)  # offsets of the Xing header in its frame, by version and channels
# one pattern for both would search ten times slower
_XING_NAMES = (re.compile(rb"Xing"), re.compile(rb"Info"))
_XING_FRAMES, _XING_BYTES = 1, 2
_XING_FIELDS = ((_XING_FRAMES, 4), (_XING_BYTES, 4), (4, 100), (8, 4))
_XING_START = 8  # bytes of its name and its flags
_LAME_PADDING = 21
_LONGEST_XING = 256  # a frame's header and side information, a Xing header and LAME's fields
_LOOKS = 64


def frame_size(word: int) -> int:
    """Return the bytes of a frame by the 32 bits of its header; 0 if it is none.

    The bits of a header:

        31-21  20-19    18-17  16   15-12     11-10        9        8        7-0
        sync   version  layer  CRC  bit rate  sample rate  padding  private  channels and others
    """
    version, layer, rate = word >> 19 & 3, 4 - (word >> 17 & 3), word >> 10 & 3
    if word >> 21 != 0x7FF or version == 1 or layer == 4 or rate == 3:
        return 0
    bits = _KBITS[1 if version == 3 else 2, layer][word >> 12 & 15] * 1000
    if not bits:
        return 0
    hertz, padding = _RATES[rate] // _RATE_DIVISORS[version], word >> 9 & 1
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits // hertz + padding


@functools.cache
def sizes() -> npt.NDArray[Any]:
    """Return the sizes of frames in bytes, by bits 8 to 20 of the header; 0 if it is invalid."""
    return np.array([frame_size(0x7FF << 21 | bits << 8) for bits in range(1 << 13)], np.int64)


class Header(NamedTuple):
    """The first header of a stream: its 32 bits, and the samples per frame.

    Both hold for all later frames, except the bits of bit rate, padding and channel mode.
    """

    word: int
    samples: int

    @property
    def layer(self) -> int:
        """Return the layer, 1 to 3."""
        return 4 - (self.word >> 17 & 3)

    @property
    def channels(self) -> int:
        """Return the number of channels."""
        return 1 if self.word >> 6 & 3 == 3 else 2

    @property
    def rate(self) -> int:
        """Return the sample rate in Hz."""
        return _RATES[self.word >> 10 & 3] // _RATE_DIVISORS[self.word >> 19 & 3]

    @property
    def xing(self) -> int:
        """Return the offset of a Xing header in its frame, after the side information."""
        return _SIDE_INFO[(self.word >> 19 & 3 != _VERSION_1) + (self.channels == 1)]


def header(data: bytes, at: int = 0) -> Header | None:
    """Parse the layer 3 header in ``data``; return ``None`` if there is none."""
    found = of_any_layer(data, at)
    return found if found is not None and found.layer == 3 else None


def of_any_layer(data: bytes, at: int = 0) -> Header | None:
    """Parse the header in ``data``; return ``None`` if there is none."""
    word = int.from_bytes(data[at : at + _FRAME_HEADER], "big")
    if not frame_size(word):
        return None
    layer, is_1 = 4 - (word >> 17 & 3), word >> 19 & 3 == _VERSION_1
    return Header(word, {1: 384, 2: 1152}.get(layer, 1152 if is_1 else 576))


def size_at(data: bytes, at: int = 0) -> int:
    """Return the bytes of the frame whose header is at ``at``; 0 if there is no header."""
    return frame_size(int.from_bytes(data[at : at + _FRAME_HEADER], "big"))


def first_frame(file: File) -> int:
    """Return where an ID3v2 tag ends, or else 0.

    Its size is in four bytes of 7 bits each.
    """
    if not file.head.startswith(b"ID3"):
        return 0
    size = zip(file.at(6, 4), (21, 14, 7, 0), strict=False)
    return _ID3_HEADER + sum((byte & 0x7F) << shift for byte, shift in size)


def is_free_format(file: File) -> bool:
    """Return whether the first header, after any ID3 tag, is of MPEG audio without a bit rate."""
    word = file.number(first_frame(file), _FRAME_HEADER, "big")
    layer, kbits, rate = word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    return word >> 21 == 0x7FF and layer > 0 and not kbits and rate != 3


def frames(
    file: File, begin: int, first: Header, wanted: int | None = None
) -> tuple[npt.NDArray[np.int64], bool]:
    """Find the frames that lead to each other from byte ``begin`` on.

    ``wanted`` is how many are needed, ``None`` for all; some more may come. An ID3v1 tag of 128
    bytes at the file's end is left out.

    Returns:
        The offsets of the frames and of the last one's end, in bytes; and whether the file ends
            there.
    """
    parts, found, at, end = [], 0, begin, sound_end(file)
    while at < end and (wanted is None or found < wanted):
        data = file.at(at, min(_BLOCK, end - at))
        bounds = _even(data, first)
        if bounds is None:
            bounds = _chain(data, first)
        if len(bounds) < 2:
            break
        parts.append(bounds[:-1] + at)
        found += len(bounds) - 1
        at += int(bounds[-1])
    return np.concatenate([*parts, np.array([at])]), at == end


def _even(data: bytes, first: Header) -> npt.NDArray[np.int64] | None:
    """Return the offsets of equally long frames and of the last one's end, or ``None``."""
    size = size_at(data)
    count = len(data) // size if size else 0
    if not count:
        return None
    words = np.ndarray((count,), ">u4", data, 0, (size,))
    word = int.from_bytes(data[:4], "big") & _ALIKE
    if ((words & np.uint32(_ALIKE)) != word).any() or (word ^ first.word) & SAME:
        return None
    return np.arange(count + 1, dtype=np.int64) * size


def _chain(data: bytes, first: Header) -> npt.NDArray[np.int64]:
    """Return the offsets of frames that lead to each other from byte 0 on, and the end of the last.

    Each header tells where the next one is:

        offset   0 ------> 417 ------> 835 ------> 1253
                                 601   looks like a header, but no frame leads here
    """
    octets = np.frombuffer(data, np.uint8)
    second = first.word >> 16 & 0xFE
    found = np.flatnonzero(octets[:-3] == 0xFF) if len(octets) > 3 else np.empty(0, np.int64)
    found = found[(octets[found + 1] & 0xFE) == second]
    third = octets[found + 2].astype(np.int64)
    size = sizes()[(octets[found + 1].astype(np.int64) & 0x1F) << 8 | third]
    good = (size > 0) & (third & 0x0C == first.word >> 8 & 0x0C)
    found, size = found[good], size[good]
    if not len(found) or found[0]:
        return np.empty(0, np.int64)
    follow = found + size
    index = np.minimum(np.searchsorted(found, follow), len(found) - 1)
    links = np.where(found[index] == follow, index, -1)
    following, at, chain = links.tolist(), 0, [0]
    while (at := following[at]) > 0:
        chain.append(at)
    last = int(follow[chain[-1]])
    starts = found[chain]
    # if the last frame is cut off, its start is the end of the last whole one
    return np.append(starts, last) if last <= len(data) else starts


def chained(data: bytes, at: int, first: Header) -> int:
    """Return where the frames end that lead to each other from byte ``at`` on."""
    bounds = _chain(data[at:], first)
    return at + int(bounds[-1]) if len(bounds) else at


class Xing(NamedTuple):
    """A Xing or Info header.

    How many frames there are, and how many bytes from its own frame on; each is 0 where it does not
    tell. ``delay`` and ``padding`` are the samples that LAME put before and after the sound.
    """

    frames: int
    bytes: int
    delay: int
    padding: int


def _xing_at(data: bytes, at: int) -> Xing:
    """Parse the Xing header whose name is at ``at``; its flags tell which fields follow them.

    name 4 | flags 4 | frames 4 | bytes 4 | seek table 100 | quality 4 | LAME: ... delay, padding
    """
    flags, place = int.from_bytes(data[at + 4 : at + _XING_START], "big"), at + _XING_START
    fields = dict.fromkeys((_XING_FRAMES, _XING_BYTES), 0)
    for flag, size in _XING_FIELDS:
        if flags & flag:
            fields[flag] = int.from_bytes(data[place : place + 4], "big")
            place += size
    lame = data[place + _LAME_PADDING : place + _LAME_PADDING + 3]
    packed = int.from_bytes(lame, "big") if len(lame) == 3 else 0  # 12 bits each
    return Xing(fields[_XING_FRAMES], fields[_XING_BYTES], packed >> 12, packed & 0xFFF)


def xing(file: File) -> tuple[Header, Xing] | None:
    """Return the first header of a file and the Xing header in its frame; ``None`` without one."""
    data = file.at(first_frame(file), _LONGEST_XING)
    first = header(data)
    if first is None or not any(name.match(data, first.xing) for name in _XING_NAMES):
        return None
    return first, _xing_at(data, first.xing)


def promise(before: bytes) -> tuple[Xing, int] | None:
    """Parse the Xing or Info header before the first frame of sound; ``None`` without one.

    Returns:
        It, and the bytes from its own frame to that of the sound.
    """
    at = max(before.rfind(b"Xing"), before.rfind(b"Info"))
    if at < 0 or at + 16 > len(before):
        return None
    starts = (at - side for side in _SIDE_INFO if side <= at)
    own = (len(before) - at for at in starts if size_at(before, at) == len(before) - at)
    return _xing_at(before, at), next(own, 0)


def counted(file: File) -> int:
    """Count the frames of sound by all headers that lead to each other; 0 with a Xing header."""
    begin = first_frame(file)
    first = of_any_layer(file.at(begin, _FRAME_HEADER))
    if first is None or xing(file) is not None:
        return 0
    return (len(frames(file, begin, first)[0]) - 1) * first.samples


def _length(file: File) -> Length | None:
    """Count by the Xing header, less LAME's delay and padding."""
    first, told = xing(file) or (None, None)
    # a frame takes more than a byte
    if first is None or told is None or not 0 < told.frames <= file.size:
        return None
    sound = told.frames * first.samples - told.delay - told.padding
    return Length(max(0, sound), first.channels)


def _missing(file: File) -> str | None:
    """Count the bytes by a Xing header; without one, look at the last frame, of any layer.

    A library that keeps the padding may give as many frames as the header promises, and lack sound.
    """
    _, told = xing(file) or (None, None)
    if told is not None and told.bytes:
        return short("its sound (by its Xing header)", told.bytes, file.size - first_frame(file))
    return None if any(name.search(file.head) for name in _XING_NAMES) else _ANY.missing(file)


def _parts(file: File) -> list[Part]:
    """Find parts by Xing headers; without any, by where frames of another kind begin."""
    begin = first_frame(file)
    only, told = xing(file) or (None, None)
    if only and told and begin + told.bytes == sound_end(file):  # so nothing is joined to it
        return [Part(f"mp{only.layer}", begin, only.rate, only.channels)]
    data = file.all() if _JOINED.match(file.head) else b""
    names = sorted(match.start() for name in _XING_NAMES for match in name.finditer(data))
    found: list[tuple[int, Header]] = []
    for name in names:
        places = (
            (name - side, of_any_layer(data, name - side)) for side in _SIDE_INFO if side <= name
        )
        found += next(([(at, first)] for at, first in places if first is not None), [])
    if not found:
        found = _by_kind(data, begin)
    return [Part(f"mp{first.layer}", at, first.rate, first.channels) for at, first in found]


def _by_kind(data: bytes, at: int) -> list[tuple[int, Header]]:
    """Return the first frame at or after ``at``, and the first one that is of another kind."""
    for _ in range(_LOOKS):
        if at < 0:
            return []
        first = of_any_layer(data, at)
        if first is not None:
            break
        at = data.find(b"\xff", at + 1)
    else:
        return []
    end = chained(data, at, first)
    other = of_any_layer(data, end)
    more = other is not None and chained(data, end, other) > end
    return [(at, first), (end, other)] if other is not None and more else [(at, first)]


_ANY = FrameKind(
    _FRAME_HEADER, size_at, 1 << 11, lambda data: int.from_bytes(data[:_FRAME_HEADER], "big") & SAME
)
_JOINED = re.compile(rb"ID3|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]")  # layers 2 and 3
CONTAINER = Container("mp3", rb"ID3|\xff[\xe0-\xff]", _length, _missing, _parts)
