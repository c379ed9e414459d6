"""Find what is missing at a file's end by its structure.

``promises`` reads how many frames a header counts. Some containers count none (ogg, opus, webm,
mp4, wma), and some decoders make up what is missing (IMA ADPCM). There the number of bytes, boxes
or pages still shows that the file was cut. A live recording that says its length is unknown does
not count as cut.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

from dispatcher import backend, interrupts
from dispatcher.headers import last_frame, matroska, told_lengths
from dispatcher.headers.file import MOST_STEPS, UNKNOWN, File, chunks, missing

_TAIL = 1 << 17  # twice the longest page of Ogg
_OGG_PAGE, _OGG_LAST, _OGG_FLAGS, _OGG_SEGMENTS = 27, 4, 5, 26


@contextlib.contextmanager
def opened(uri: Any, start: int | None = None) -> Iterator[File | None]:
    """Open a path, or a file object from ``start`` on; ``None`` where reading would do harm.

    Without ``start`` a file object is read from its position, which is restored.
    """
    try:
        if not backend.is_readable(uri):
            with open(uri, "rb", buffering=0) as file:
                yield File(lambda at, size: _from(file, at, size), os.fstat(file.fileno()).st_size)
            return
        with interrupts.allowed():
            if not uri.seekable():
                yield None
                return
            here = uri.tell()
            begin = here if start is None else start
            size = uri.seek(0, os.SEEK_END) - begin
            try:
                yield File(lambda at, size: _from(uri, begin + at, size), size)
            finally:
                uri.seek(here)
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        NotImplementedError,
        OverflowError,
        IndexError,
    ):
        return


def _from(file: Any, at: int, size: int) -> bytes:
    file.seek(at)
    data = file.read(size)
    return data if isinstance(data, bytes) else b""


def of(uri: Any, start: int | None = None) -> str | None:
    """Return what is missing of a path or file object, in words.

    ``None`` if nothing is, or if its structure does not tell. ``start`` is where a file object's
    data begins, in bytes; ``None`` for where it stands.
    """
    found: str | None = None
    with contextlib.suppress(RuntimeError), opened(uri, start) as file:
        if file is not None:
            head = file.at(0, 16)
            check = (
                _CHECKS.get(head[:4]) or (_mp4 if head[4:8] == b"ftyp" else None) or _loose(head)
            )
            found = check(file) if check is not None else None
    return found


def judges(uri: Any) -> bool:
    """Return whether there is a check here for this kind of file."""
    found = False
    with contextlib.suppress(RuntimeError), opened(uri) as file:
        if file is not None:
            head = file.at(0, 8)
            found = head[:4] in _CHECKS or head[4:8] == b"ftyp"
    return found


def _wave(file: File) -> str | None:
    head = file.at(0, 12)
    if head[8:12] == b"AVI ":
        size = int.from_bytes(head[4:8], "little")
        return (
            missing("its RIFF chunk", size, file.size - 8)
            if file.size - 8 < size < UNKNOWN
            else None
        )
    if head[8:12] != b"WAVE":
        return None
    whole = 0
    for name, at, size in chunks(file, 12, "big" if head[:4] == b"RIFX" else "little", 4, 4, 0, 2):
        if name == b"ds64":
            whole = int.from_bytes(file.at(at + 8, 8), "little")
        if name == b"data":
            size = whole if size == 0xFFFF_FFFF and whole else size
            known = size < UNKNOWN or whole
            return (
                missing("its chunk 'data'", size, file.size - at)
                if known and at + size > file.size
                else None
            )
    return None


def _wave64(file: File) -> str | None:
    for name, at, size in chunks(file, 40, "little", 8, 16, 24, 8):
        if name[:4] == b"data":
            return (
                missing("its chunk 'data'", size, file.size - at)
                if file.size - at < size < 1 << 62
                else None
            )
    return None


_IFF_SOUND = {
    b"AIFF": b"SSND",
    b"AIFC": b"SSND",
    b"8SVX": b"BODY",
    b"16SV": b"BODY",
    b"MAUD": b"MDAT",
}


def _iff(file: File) -> str | None:
    wanted = _IFF_SOUND.get(file.at(8, 4))
    for name, at, size in chunks(file, 12, "big", 4, 4, 0, 2) if wanted else ():
        if name == wanted:
            return (
                missing(f"its chunk {name.decode()!r}", size, file.size - at)
                if file.size - at < size < UNKNOWN
                else None
            )
    return None


def _au(file: File) -> str | None:
    head = file.at(0, 12)
    order: Literal["little", "big"] = "big" if head[:4] == b".snd" else "little"
    begin, size = int.from_bytes(head[4:8], order), int.from_bytes(head[8:12], order)
    return (
        missing("its sound", size, file.size - begin)
        if file.size - begin < size < UNKNOWN
        else None
    )


_AVR_HEADER = 128


def _avr(file: File) -> str | None:
    head = file.at(0, 32)
    channels, bits, frames = (
        (head[12] & 1) + 1 if len(head) > 30 else 1,
        int.from_bytes(head[14:16], "big"),
        int.from_bytes(head[26:30], "big"),
    )
    size = frames * channels * bits // 8
    return (
        missing("its sound", size, file.size - _AVR_HEADER)
        if file.size - _AVR_HEADER < size < UNKNOWN
        else None
    )


def _caf(file: File) -> str | None:
    for name, at, size in chunks(file, 8, "big", 8, 4, 0, 0):
        if name == b"data":
            return (
                missing("its chunk 'data'", size, file.size - at)
                if file.size - at < size < 1 << 62
                else None
            )
    return None


def _ogg(file: File) -> str | None:
    """Check the last page: it must be whole, and have the flag that ends a stream."""
    begin = max(0, file.size - _TAIL)
    tail = file.at(begin, _TAIL)
    at = tail.rfind(b"OggS\0")
    if at < 0 or at + _OGG_PAGE > len(tail):
        return "its last page is not all there" if at >= 0 else None
    body = at + _OGG_PAGE + tail[at + _OGG_SEGMENTS]
    if body > len(tail) or body + sum(tail[at + _OGG_PAGE : body]) > len(tail):
        return "its last page is not all there"
    return None if tail[at + _OGG_FLAGS] & _OGG_LAST else "the page that ends it is not there"


def sound_before_last_page(uri: Any) -> int | None:
    """Return how many frames an Ogg file has before its last page, or ``None`` if unknown."""
    tail = b""
    with contextlib.suppress(RuntimeError), opened(uri) as file:
        if file is not None:
            tail = file.at(max(0, file.size - _TAIL), _TAIL)
    found: list[tuple[int, bytes]] = []
    at = len(tail)
    while (at := tail.rfind(b"OggS\0", 0, at)) >= 0 and len(found) < 2:
        granule = int.from_bytes(tail[at + 6 : at + 14], "little", signed=True)
        if granule >= 0 and at + 14 <= len(tail):
            found.append((granule, tail[at + 14 : at + 18]))
    return found[1][0] if len(found) == 2 and found[0][1] == found[1][1] else None


def _mp4(file: File) -> str | None:
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 16)
        if len(head) < 8:
            return None
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:  # 0 means "up to the file's end"
            return None
        if at + size > file.size:
            return missing(f"its box {head[4:8].decode('latin-1')!r}", size, file.size - at)
        at += size
    return None


def _asf(file: File) -> str | None:
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 24)
        size = int.from_bytes(head[16:24], "little")
        if len(head) < 24 or size < 24:
            return None
        if at + size > file.size:
            return (
                missing("its data object" if at else "its header object", size, file.size - at)
                if size < 1 << 62
                else None
            )
        at += size
    return None


def _wavpack(file: File) -> str | None:
    """Check that the blocks are whole, and that the last one ends with the frames of the header."""
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 32)
        if head[:4] != b"wvpk" or len(head) < 32:
            return None
        size = int.from_bytes(head[4:8], "little") + 8
        if at + size > file.size:
            return missing("its last block", size, file.size - at)
        total, first, samples = (
            int.from_bytes(head[place : place + 4], "little") for place in (12, 16, 20)
        )
        at += size
        if at == file.size and 0 < first + samples < total < 0xFFFF_FFFF:
            return f"its header promises {total} frames, and its blocks end at {first + samples}"
    return None


_TTA, _TTA_TAGS = b"TTA1", 1 << 16
_TTA_HEADER, _TTA_FRAME = 22, (256, 245)  # bytes; a frame lasts 256/245 seconds


def _tta(file: File) -> str | None:
    head = file.at(0, _TTA_HEADER)
    rate, samples = int.from_bytes(head[10:14], "little"), int.from_bytes(head[14:18], "little")
    length = _TTA_FRAME[0] * rate // _TTA_FRAME[1]
    count = -(-samples // length) if length else 0
    table = file.at(_TTA_HEADER, 4 * count) if 0 < count <= MOST_STEPS else b""
    sizes = sum(int.from_bytes(table[at : at + 4], "little") for at in range(0, len(table), 4))
    whole = _TTA_HEADER + len(table) + 4 + sizes
    if len(table) != 4 * count or not table:
        return None
    later = file.at(whole, _TTA_TAGS).find(_TTA)  # behind tags, if any
    if later >= 0:
        return f"another file begins at byte {whole + later}, and FFmpeg stops there"
    return missing("it", whole, file.size) if whole > file.size else None


_CHECKS: dict[bytes, Callable[[File], str | None]] = {
    b"RIFF": _wave,
    b"RIFX": _wave,
    b"RF64": _wave,
    b"riff": _wave64,
    b"FORM": _iff,
    b".snd": _au,
    b"dns.": _au,
    b"2BIT": _avr,
    b"caff": _caf,
    b"OggS": _ogg,
    b"\x1a\x45\xdf\xa3": matroska.missing_end,
    b"\x30\x26\xb2\x75": _asf,
    b"wvpk": _wavpack,
    _TTA: _tta,
}

# those whose readers give what is there without a word; told of where no promise is broken
_LOOSE: dict[bytes, Callable[[File], str | None]] = {
    b"Crea": told_lengths.voc,
    b".SoX": told_lengths.native_sox,
    b"XoS.": told_lengths.native_sox,
    b"ALaw": told_lengths.psion,
    b"MATL": told_lengths.mat5,
    b"STRM": told_lengths.stream_of_blocks,
    b".RMF": told_lengths.real_media,
    b"#!AM": last_frame.amr,
    b"FLV\1": last_frame.flv,
    b"\x7f\xfe\x80\x01": last_frame.dts,
    b"\0\0\1\xba": last_frame.program,
}
_LOOSER: dict[bytes, Callable[[File], str | None]] = {
    b"ID3": last_frame.mpeg_audio,
    b"\x0b\x77": last_frame.ac3,
    b"\x47": last_frame.transport,
    b"\0\0\0": told_lengths.mat4,
    b"\0\0\3": told_lengths.mat4,
    b"\0": told_lengths.macbinary,
}


def _loose(head: bytes) -> Callable[[File], str | None] | None:
    """Return the check for a stream without a length, or for an old container."""
    if head[:1] == b"\xff" and len(head) > 1 and head[1] >> 5 == 7:
        return last_frame.mpeg_audio
    if head and head[0] >> 4 == 13:
        return last_frame.gsm
    found = _LOOSE.get(head[:4])
    return found or next(
        (check for magic, check in _LOOSER.items() if head.startswith(magic)), None
    )
