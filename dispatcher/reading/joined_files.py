"""Find files joined from several: recordings of a radio stream, `cat a.ogg b.ogg`.

Libraries read on, stop after the first part, or give all samples the rate of the first part; none
tells the caller.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import struct
from collections.abc import Iterable
from typing import Any, NamedTuple

from dispatcher import backend, interrupts
from dispatcher.headers import matroska, mpeg, shortage
from dispatcher.headers.flac import stream_info

_MOST_BYTES = 1 << 30  # larger files are not searched
_OGG_BEGINS = re.compile(rb"OggS\0[\x02\x06]")
_FLAC_BEGINS = re.compile(rb"fLaC[\x00\x80]\0\0\x22")
_XING_NAMES = (
    re.compile(rb"Xing"),
    re.compile(rb"Info"),
)  # one pattern for both would search ten times slower
# first bytes of a file, by kind
_STARTS: dict[str, tuple[bytes, ...]] = {
    "ogg": (b"OggS",),
    "flac": (b"fLaC",),
    "wv": (b"wvpk",),
    "mp3": (
        b"ID3",
        *(bytes((0xFF, second)) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),
        *(bytes((0xFF, second)) for second in (0xFD, 0xFC, 0xF5, 0xF4)),  # layer 2
    ),
}
_FIRST = 4
KINDS = frozenset(_STARTS)
_OGG_SEGMENTS, _OGG_HEADER = 26, 27
_OGG_TAIL = 1 << 17  # twice the longest page
_OPUS_RATE = 48000
_WAVPACK_HEADER, _WAVPACK_INITIAL, _WAVPACK_MONO = 32, 1 << 11, 1 << 2
_WAVPACK_RATES = (
    6000,
    8000,
    9600,
    11025,
    12000,
    16000,
    22050,
    24000,
    32000,
    44100,
    48000,
    64000,
    88200,
    96000,
    192000,
    0,
)
# FFmpeg's command stops at the tags between parts, or keeps the first rate
_ONLY_CUT = frozenset({"wv", "sbc", "mka"})
_XING_PLACES = (36, 21, 13)
_RATES = (44100, 48000, 32000)
_ID3, _LOOKS = 10, 64
_EXPANDED = frozenset("$`%“”„")  # within double quotes, by PowerShell or by cmd


class Part(NamedTuple):
    """A part's kind, its first byte, its sample rate in Hz, its channels and its codec.

    The codec is told of containers only: Ogg, Matroska.
    """

    kind: str
    begin: int
    rate: int
    channels: int
    codec: str = ""


def of(uri: Any, kinds: Iterable[str] = KINDS, start: int | None = None) -> list[Part]:
    """Return the parts of a path or file object.

    There is at most one if it is not joined, and none for other kinds of file. The whole file is
    read, so ask only where the answer matters.

    Args:
        uri: a path, or a file object.
        kinds: the kinds to look for: ``ogg``, ``flac``, ``wv``, ``mp3``.
        start: where a file object's data begins, in bytes; ``None`` for where it stands.
    """
    data = _content(uri, tuple(first for kind in kinds for first in _STARTS[kind]), start)
    if data.startswith(_STARTS["ogg"]):
        return _ogg(data)
    if data.startswith(_STARTS["flac"]):
        return _flac(data)
    if data.startswith(_STARTS["wv"]):
        return _wavpack(data)
    return _mp3(data) if data else []


def of_matroska(uri: Any) -> list[Part]:
    """Return the parts of a Matroska or WebM path or file object; none if it cannot be read again.

    A file object is read from its beginning.
    """
    found: list[matroska.Sound] = []
    with contextlib.suppress(RuntimeError), shortage.opened(uri, 0) as file:
        found = [] if file is None else matroska.parts(file)
    return [Part("mka", *each) for each in found]


def last_granule(path: str) -> int | None:
    """Return the position, in frames, that the last page of an Ogg file names; only the file's ends are read.

    It is the length of the file unless that was joined, or cut out of another. ``None`` for other
    files.
    """
    with contextlib.suppress(OSError), open(path, "rb") as file:
        if file.read(_FIRST).startswith(_STARTS["ogg"]):
            file.seek(max(0, os.fstat(file.fileno()).st_size - _OGG_TAIL))
            tail = file.read()
            at = tail.rfind(b"OggS\0")
            return (
                int.from_bytes(tail[at + 6 : at + 14], "little", signed=True) if at >= 0 else None
            )
    return None


def _content(uri: Any, firsts: tuple[bytes, ...], start: int | None = None) -> bytes:
    """Return all bytes of a file that begins so, else ``b""``; restore a file object's position."""
    try:
        if not backend.is_readable(uri):
            with open(uri, "rb") as file:
                wanted = (
                    file.read(_FIRST).startswith(firsts)
                    and os.fstat(file.fileno()).st_size <= _MOST_BYTES
                )
                file.seek(0)
                return file.read() if wanted else b""
        with interrupts.allowed():
            if not uri.seekable():
                return b""
            here = uri.tell()
            begin = here if start is None else start
            uri.seek(begin)
            wanted = uri.read(_FIRST).startswith(firsts)
            uri.seek(begin)
            data = uri.read(_MOST_BYTES) if wanted else b""
            uri.seek(here)
    except (OSError, ValueError, TypeError, AttributeError, NotImplementedError):
        return b""
    return data


def _ogg(data: bytes) -> list[Part]:
    """Find parts by the first pages of streams; read rate and channels from their headers."""
    found: list[Part] = []
    before = -1
    for match in _OGG_BEGINS.finditer(data):
        at = match.start()
        if at + _OGG_HEADER > len(data):
            break
        body = at + _OGG_HEADER + data[at + _OGG_SEGMENTS]
        end = body + sum(data[at + _OGG_HEADER : body])
        head = data[body:end]
        # streams that run side by side begin right after each other; only the first begins a part
        if at != before:
            if head[:7] == b"\1vorbis" and len(head) >= 16:
                found.append(
                    Part("ogg", at, int.from_bytes(head[12:16], "little"), head[11], "Vorbis")
                )
            elif head[:8] == b"OpusHead" and len(head) >= 19:
                found.append(Part("ogg", at, _OPUS_RATE, head[9], "Opus"))
            elif head[:8] == b"Speex   " and len(head) >= 52:
                rate, channels = (int.from_bytes(head[i : i + 4], "little") for i in (36, 48))
                found.append(Part("ogg", at, rate, channels, "Speex"))
            elif head[:5] == b"\x7fFLAC" and (info := stream_info(head[17:])) is not None:
                found.append(Part("ogg", at, info.rate, info.channels, "FLAC"))
        before = end
    return found


def _flac(data: bytes) -> list[Part]:
    """Find parts by their STREAMINFO blocks."""
    infos = (
        (match.start(), stream_info(data[match.end() : match.end() + 34]))
        for match in _FLAC_BEGINS.finditer(data)
    )
    return [
        Part("flac", at, info.rate, info.channels)
        for at, info in infos
        if info is not None and info.rate
    ]


def _wavpack(data: bytes) -> list[Part]:
    """Find parts by the first blocks of streams, which begin at sample 0 again."""
    found: list[Part] = []
    at = 0
    while 0 <= at <= len(data) - _WAVPACK_HEADER:
        size, _, _, first, samples, flags = struct.unpack_from("<IIIIII", data, at + 4)
        if flags & _WAVPACK_INITIAL and not first and samples:
            rate = _WAVPACK_RATES[flags >> 23 & 15]
            found.append(Part("wv", at, rate, 1 if flags & _WAVPACK_MONO else 2))
        at = data.find(b"wvpk", at + size + 8)  # tags may lie between parts
    return found


def _mp3(data: bytes) -> list[Part]:
    """Find parts by Xing headers; without any, by where frames of another kind begin."""
    found: list[Part] = []
    for name in sorted(
        match.start() for pattern in _XING_NAMES for match in pattern.finditer(data)
    ):
        for side in _XING_PLACES:
            at = name - side
            first = mpeg.of_any_layer(data[at : at + 4]) if at >= 0 else None
            if first is not None:
                found.append(_mpeg_part(at, first))
                break
    if found:
        return found
    at = (
        _ID3
        + sum(
            (byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False)
        )
        if data[:3] == b"ID3"
        else 0
    )
    for _ in range(_LOOKS):
        first = mpeg.of_any_layer(data[at : at + 4])
        if first is not None:
            break
        at = data.find(b"\xff", at + 1)
        if at < 0:
            return []
    else:
        return []
    chain = mpeg.chained(data, at, first)
    other = mpeg.of_any_layer(data[chain : chain + 4])
    found = [_mpeg_part(at, first)]
    if other is not None and mpeg.chained(data, chain, other) > chain:
        found.append(_mpeg_part(chain, other))
    return found


def _mpeg_part(at: int, first: mpeg.Header) -> Part:
    version = first.word >> 19 & 3
    rate = _RATES[first.word >> 10 & 3] // {3: 1, 2: 2, 0: 4}[version]
    kind = "mp3" if first.layer == 3 else f"mp{first.layer}"
    return Part(kind, at, rate, 1 if first.word >> 6 & 3 == 3 else 2)


def change(found: list[Part]) -> str:
    """Return how a later part differs from the first, and where it begins; "" if none does."""
    other = _other(found)
    if other is None:
        return ""
    first, later = (
        f"{part.channels} channel{'s' * (part.channels != 1)} at {part.rate} Hz"
        for part in (found[0], other)
    )
    codecs = (found[0].codec, other.codec)
    if codecs[0] != codecs[1]:
        first, later = (
            f"{words} of {codec}" for words, codec in zip((first, later), codecs, strict=True)
        )
    return f"it has {first}, and from byte {other.begin} on {later}"


def _other(found: list[Part]) -> Part | None:
    return next((part for part in found[1:] if part[2:] != found[0][2:]), None)


def mend(uri: Any, found: list[Part]) -> str:
    """Return what to do about parts that differ.

    Two codecs must be cut apart, because FFmpeg's command reads the first one only.
    """
    other = _other(found)
    if other is None or (other.codec == found[0].codec and other.kind not in _ONLY_CUT):
        return one_rate(uri, found[0].rate)
    return cut(uri, other)


def further(uri: Any, found: list[Part]) -> str:
    """Return what to do about parts of which a backend gives only the first."""
    if change(found):
        return mend(uri, found)
    return (
        cut(uri, found[1])
        if found[1].kind in _ONLY_CUT
        else f"backend='ffmpeg' goes on at byte {found[1].begin}"
    )


def cut(uri: Any, part: Part) -> str:
    """Return the commands that cut a file in two where a part begins."""
    name, kind = _quoted(uri), part.kind
    return f"Cut it there: head -c {part.begin} {name} > first.{kind}; tail -c +{part.begin + 1} {name} > second.{kind}"


def _quoted(uri: Any) -> str:
    """Return a path as a word of a command; ``FILE`` for a file object, and for what no quotes of Windows hold."""
    name = os.fsdecode(uri) if isinstance(uri, (str, bytes, os.PathLike)) else "FILE"
    if os.name != "nt":
        return shlex.quote(name)
    return f'"{name}"' if not _EXPANDED.intersection(name) else "FILE"


def frames(uri: Any) -> int:
    """Return the frames of all parts of an Ogg Vorbis file together; 0 for other files.

    The last page of each part tells its frames.
    """
    data = _content(uri, _STARTS["ogg"])
    found = _ogg(data)
    if not found:
        return 0
    ends = [*(part.begin for part in found[1:]), len(data)]
    pages = [data.rfind(b"OggS\0", part.begin, end) for part, end in zip(found, ends, strict=True)]
    return sum(
        max(0, int.from_bytes(data[at + 6 : at + 14], "little", signed=True)) for at in pages
    )


def one_layout(uri: Any, channels: int) -> str:
    """Return advice for a file whose number of channels changes."""
    command = f"ffmpeg -i {_quoted(uri)} -ac {channels} one-layout.wav"
    return f"FFmpeg's command makes one number of channels of it: {command}"


def one_rate(uri: Any, rate: int) -> str:
    """Return advice for a file with several sample rates."""
    return (
        f"FFmpeg's command makes one rate of it: ffmpeg -i {_quoted(uri)} -ar {rate} one-rate.wav"
    )
