"""Matroska and WebM: elements within elements; the Segment holds the sound."""

import itertools
import re
import struct
import zlib
from collections.abc import Iterator

from dispatcher.headers.container import MOST_STEPS, Container, File, Part, missing

_MAGIC = b"\x1a\x45\xdf\xa3"
_HEADER = re.compile(_MAGIC)
_SEGMENT, _TRACKS = 0x18538067, b"\x16\x54\xae\x6b"
_CLUSTER, _NEXT = 0x1F43B675, b"\x1f\x43\xb6\x75"
_CHECKSUM, _CHECKSUM_BYTES = b"\xbf\x84", 6  # how a CRC-32 begins, and its bytes with that
# what may lie in a file, in a Segment and in a Cluster, by identifier
_WHOLE = {
    *(0x1A45DFA3, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1254C367, 0x1C53BB6B, 0x1941A469),
    *(0x1043A770, 0xEC, 0xBF, 0xE7, 0x5854, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF),
}
_START = 1 << 16
_LONGEST_ELEMENT = 12
_MOST_ELEMENTS = 1 << 20  # to follow these takes about a second
_RATE = re.compile(rb"\xb5(?:\x84(.{4})|\x88(.{8}))", re.DOTALL)
_CHANNELS = re.compile(rb"\x9f\x81(.)", re.DOTALL)
_CODEC = re.compile(rb"\x86([\x80-\xff])(?=A_)")  # the length, with its marker bit, and a name
_OPUS, _OPUS_RATE = "A_OPUS", 48000  # whatever rate the header says, that is what comes out


def _parts(file: File) -> list[Part]:
    """Find the parts of a joined file by their EBML headers."""
    parts = (_sound(file.at(begin, _START), begin) for begin in _begins(file))
    return [part for part in itertools.islice(parts, MOST_STEPS) if part is not None]


def _begins(file: File) -> Iterator[int]:
    """Yield where EBML headers are: one at the end of each Segment.

    Behind a Segment of unknown size, as a live recording has, yield all places that look like one.
    """
    at = 0
    while (data := file.at(at, _START)).startswith(_MAGIC):
        yield at
        end = _end(data)
        if end is None:
            yield from (at + match.start() for match in _HEADER.finditer(file.all()[at:], 1))
            return
        at += end


def _sound(data: bytes, begin: int) -> Part | None:
    """Return the part in ``data`` as its first track of sound describes it, if it has one."""
    tracks = data.find(_TRACKS)
    codec = _CODEC.search(data, max(0, tracks))
    if tracks < 0 or codec is None:
        return None
    name = data[codec.end() : codec.end() + codec[1][0] - 0x80].decode("latin-1")
    rate, channels = _RATE.search(data, tracks), _CHANNELS.search(data, tracks)
    hertz = struct.unpack(">f" if rate[1] else ">d", rate[1] or rate[2])[0] if rate else 8000.0
    known = round(hertz) if 0 < hertz < 1 << 31 else 0
    given = _OPUS_RATE if name == _OPUS else known
    return Part("mka", begin, given, channels[1][0] if channels else 1, name)


def _end(data: bytes) -> int | None:
    """Return the byte where the Segment ends; ``None`` if its size is unknown."""
    at = 0
    while at + _LONGEST_ELEMENT < len(data):
        name, size, body = _element(data, at)
        if size is None or name == _SEGMENT:
            return None if size is None else body + size
        at = body + size
    return None


def _element(data: bytes, at: int) -> tuple[int, int | None, int]:
    """Return the identifier, the size and the body's offset of an EBML element.

    The size is ``None`` if the element says that it is unknown. Leading zero bits tell how many
    bytes a number has:

        1xxxxxxx                    1 byte
        01xxxxxx xxxxxxxx           2 bytes      all x = 1 in a size: unknown
        001xxxxx xxxxxxxx xxxxxxxx  3 bytes

    A size loses its marker bit, an identifier keeps it.
    """
    id_length = 9 - data[at].bit_length()
    length = 9 - data[at + id_length].bit_length()
    most = (1 << 7 * length) - 1
    body = at + id_length + length
    value = int.from_bytes(data[at + id_length : body], "big") & most
    name = int.from_bytes(data[at : at + id_length], "big")
    return name, None if value == most else value, body


def _missing(file: File) -> str | None:
    end = _end(file.head)
    is_cut = end is not None and end > file.size
    return f"its Segment ends at byte {end}, and the file at {file.size}" if is_cut else None


def _damage(file: File, frames: int, end: int | None) -> str | None:
    """Look for damage if the file was read to its end; once, as reading all of it takes long."""
    return file.remembered(_broken) if end is None and file.is_searched else None


def _broken(file: File) -> str | None:
    """Follow the elements to the end of the Segment or file; compare the checksums of Clusters.

    FFmpeg looks for the next Cluster where one element does not lead to the next, and so loses up
    to five seconds.
    """
    at = last = 0
    for _ in range(_MOST_ELEMENTS):
        start = file.at(at, 2 * _LONGEST_ELEMENT)
        if len(start) <= _LONGEST_ELEMENT:
            return None
        name, size, body = _element(start.ljust(2 * _LONGEST_ELEMENT), 0)
        there = file.size - at - body
        if (size or 0) > there and (name == _CLUSTER or name in _WHOLE) and at != last:
            return missing(f"its element at byte {at}", size or 0, there)
        if name == _SEGMENT:
            last, size = at + body + (size or file.size), 0
        elif name == _CLUSTER:
            checked = (size or 0) - _CHECKSUM_BYTES
            if checked < 0 or file.at(at + body, 2) != _CHECKSUM:
                size = 0
            elif zlib.crc32(file.at(at + body + _CHECKSUM_BYTES, checked)) != file.number(
                at + body + 2, 4, "little"
            ):
                return f"its Cluster at byte {at} has a wrong checksum"
        elif name not in _WHOLE or size is None:
            # behind the last Cluster of a live recording there may be tags or zeros
            is_end = at == last or (last > file.size and _NEXT not in file.at(at, file.size))
            return None if is_end else f"no element begins at its byte {at}"
        at += body + (size or 0)
    return None


CONTAINER = Container("mka", _MAGIC, missing=_missing, parts=_parts, complete=True, damage=_damage)
