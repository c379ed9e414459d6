"""Read the structure of Matroska and WebM: whether a file is cut, and whether it was joined."""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

from dispatcher.headers.file import MOST_STEPS, File

MAGIC = b"\x1a\x45\xdf\xa3"
_SEGMENT, _TRACKS = 0x18538067, b"\x16\x54\xae\x6b"
_START = 1 << 16
_RATE = re.compile(rb"\xb5(?:\x84(.{4})|\x88(.{8}))", re.DOTALL)
_CHANNELS = re.compile(rb"\x9f\x81(.)", re.DOTALL)
_CODEC = re.compile(rb"\x86([\x80-\xff])(?=A_)")  # the length, with its marker bit, and a name
_OPUS, _OPUS_RATE = "A_OPUS", 48000  # whatever rate the header says, that is what comes out


class Sound(NamedTuple):
    """The first byte of a part, and of its first track of sound the rate in Hz, channels, codec."""

    begin: int
    rate: int
    channels: int
    codec: str


def parts(file: File) -> list[Sound]:
    """Return the parts of a file, of which a joined one has several.

    A Segment of unknown size, as a live recording has, ends the search.
    """
    found: list[Sound] = []
    begin: int | None = 0
    while begin is not None and len(found) < MOST_STEPS:
        data = file.at(begin, _START)
        sound = _sound(data, begin) if data.startswith(MAGIC) else None
        if sound is None:
            break
        found.append(sound)
        end = _end(data)
        begin = None if end is None else begin + end
    return found


def _sound(data: bytes, begin: int) -> Sound | None:
    """Return the first track of sound of the part in ``data``."""
    tracks = data.find(_TRACKS)
    codec = _CODEC.search(data, max(0, tracks))
    if tracks < 0 or codec is None:
        return None
    name = data[codec.end() : codec.end() + codec[1][0] - 0x80].decode("latin-1")
    rate, channels = _RATE.search(data, tracks), _CHANNELS.search(data, tracks)
    hertz = struct.unpack(">f" if rate[1] else ">d", rate[1] or rate[2])[0] if rate else 8000.0
    is_number = 0 < hertz < 1 << 31
    return Sound(
        begin,
        _OPUS_RATE if name == _OPUS else round(hertz) if is_number else 0,
        channels[1][0] if channels else 1,
        name,
    )


def _end(data: bytes) -> int | None:
    """Return the byte where the Segment ends; ``None`` if its size is unknown."""
    at = 0
    while at + 12 < len(data):
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
    value = int.from_bytes(data[at + id_length : at + id_length + length], "big") & (
        (1 << 7 * length) - 1
    )
    body = at + id_length + length
    return (
        int.from_bytes(data[at : at + id_length], "big"),
        None if value == (1 << 7 * length) - 1 else value,
        body,
    )


def missing_end(file: File) -> str | None:
    """Return what is missing of the Segment, in words, or ``None``."""
    end = _end(file.at(0, 4096))
    if end is None or end <= file.size:
        return None
    return f"its Segment ends at byte {end}, and the file at {file.size}"
