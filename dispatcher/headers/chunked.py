"""Containers of chunks, boxes or blocks, each with its size: AIFF, ASF, CAF, FLV, MP4, rm, VOC."""

from collections.abc import Iterator

from dispatcher.headers.container import Container, Length
from dispatcher.headers.file import (
    MOST,
    MOST_STEPS,
    UNKNOWN,
    File,
    chunks,
    missing,
    short,
    short_chunk,
)

# AIFF, AIFF-C and their relatives on the Amiga: the chunk that has the sound
_SOUND = {
    b"AIFF": b"SSND",
    b"AIFC": b"SSND",
    b"8SVX": b"BODY",
    b"16SV": b"BODY",
    b"MAUD": b"MDAT",
}


def _length_of_aiff(file: File) -> Length | None:
    """Read the frames of the chunk ``COMM``; the number of channels comes before it."""
    for name, at, _ in chunks(file, 12, "big") if file.at(8, 4) in (b"AIFF", b"AIFC") else ():
        if name == b"COMM":
            frames = file.number(at + 2, 4, "big")
            return Length(frames, file.number(at, 2, "big")) if frames < UNKNOWN else None
    return None


def _missing_of_aiff(file: File) -> str | None:
    wanted = _SOUND.get(file.at(8, 4))
    return short_chunk(file, chunks(file, 12, "big"), wanted, UNKNOWN) if wanted else None


# Microsoft's ASF (wma, wmv): objects, each with its size after a name of 16 bytes
_OBJECT = 24


def _missing_of_asf(file: File) -> str | None:
    for _, at, size in chunks(file, 0, "little", 8, 16, _OBJECT, 0):
        if at + size > file.size:
            what = "its data object" if at > _OBJECT else "its header object"
            return short(what, size + _OBJECT, file.size - at + _OBJECT)
    return None


# Apple's CAF: sizes have 8 bytes; ``desc`` describes a packet, ``data`` has them after 4 bytes
_EDITS = 4


def _chunks_of_caf(file: File) -> Iterator[tuple[bytes, int, int]]:
    return chunks(file, 8, "big", 8, padding=0)


def _length_of_caf(file: File) -> Length | None:
    packet = frames = channels = 0
    for name, at, size in _chunks_of_caf(file):
        if name == b"desc":
            packet, frames, channels = (file.number(at + place, 4, "big") for place in (16, 20, 24))
        elif name == b"data":
            known = packet and frames == 1 and channels and _EDITS < size < MOST
            return Length((size - _EDITS) // packet, channels) if known else None
    return None


def _missing_of_caf(file: File) -> str | None:
    return short_chunk(file, _chunks_of_caf(file), b"data")


# Flash video: each tag gives its size, and the size is repeated after it
_TAGS = (8, 9, 18)
_TAG_HEADER, _SIZE_AGAIN = 11, 4


def _missing_of_flv(file: File) -> str | None:
    size = int.from_bytes(file.tail(_SIZE_AGAIN), "big")
    most = file.size - _SIZE_AGAIN
    tag = file.at(most - size, 4) if _TAG_HEADER <= size <= most else b""
    whole = (
        len(tag) == 4
        and tag[0] & 31 in _TAGS
        and int.from_bytes(tag[1:], "big") == size - _TAG_HEADER
    )
    return None if whole else "its last tag is not all there"


# MP4 and its relatives (m4a, mov, 3gp): boxes, each with its size before its name
_BOX = 8
_SIZE_FOLLOWS = 1  # the size is in the next 8 bytes


def _missing_of_mp4(file: File) -> str | None:
    at = 0
    for _ in range(MOST_STEPS):
        head = file.at(at, 2 * _BOX)
        if len(head) < _BOX:
            return None
        size = int.from_bytes(head[:4], "big")
        if size == _SIZE_FOLLOWS:
            size = int.from_bytes(head[8:16], "big")
        if size < _BOX:  # 0 means "up to the file's end"
            return None
        if at + size > file.size:
            return missing(f"its box {head[4:8].decode('latin-1')!r}", size, file.size - at)
        at += size
    return None


# RealMedia: chunks, whose sizes count their own headers
_CHUNK = 8
_HEADER_OF_DATA = 10


def _missing_of_rm(file: File) -> str | None:
    for name, at, size in chunks(file, 0, "big", own=_CHUNK, padding=0):
        if size < 2:
            return None
        if at + size - _HEADER_OF_DATA > file.size:  # FFmpeg counts this header twice
            what = f"its chunk {name.decode('latin-1').strip()!r}"
            return short(what, size + _CHUNK, file.size - at + _CHUNK, UNKNOWN)
    return None


def _missing_of_voc(file: File) -> str | None:
    """Look at Creative's blocks, each with its kind and a size of 3 bytes; kind 0 ends them."""
    at = file.number(20, 2, "little")
    for _ in range(MOST_STEPS):
        head = file.at(at, 4)
        size = int.from_bytes(head[1:], "little")
        if len(head) < 4 or not head[0]:
            return None
        if at + 4 + size > file.size:
            return short("its last block", size, file.size - at - 4)
        at += 4 + size
    return None


CONTAINERS = (
    Container("aiff", b"FORM", _length_of_aiff, _missing_of_aiff, complete=True),
    Container("caf", b"caff", _length_of_caf, _missing_of_caf, complete=True),
    Container("flv", rb"FLV\x01", missing=_missing_of_flv),
    Container("mp4", b".{4}ftyp", missing=_missing_of_mp4, complete=True),
    Container("rm", rb"\.RMF", missing=_missing_of_rm),
    Container("voc", b"Crea", missing=_missing_of_voc),
    Container("wma", rb"\x30\x26\xb2\x75", missing=_missing_of_asf, complete=True),
)
