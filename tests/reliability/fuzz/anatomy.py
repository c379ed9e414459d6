"""Where in a file its structure lies: the numbers of its headers, and the parts that it is put together of.

A mutation of structure sets such a number to what might be there (nought, one more, twice, what is left of the file), or leaves out,
repeats, exchanges or nests such parts. Bytes of the sound are not touched.
"""

import collections
import functools
import itertools
import random
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from tests.reliability.fuzz import mutate

_Order = Literal["little", "big"]
_MOST_PARTS = 200


# A number of a header, and a part of a file; what walks through a file yields both
Field = collections.namedtuple("Field", "at size order")
Part = collections.namedtuple("Part", "begin end")

Anatomy = collections.namedtuple("Anatomy", "fields parts")


def _numbers(at: int, sizes: str, order: _Order) -> Iterator[Field]:
    """Numbers one after the other, each of as many bytes as a digit says."""
    for size in map(int, sizes):
        yield Field(at, size, order)
        at += size


# the sizes of the numbers in the bodies of chunks
_CHUNKS = {
    b"fmt ": "224422222", b"fact": "4", b"ds64": "8884", b"COMM": "24222222", b"SSND": "44", b"desc": "8444444", b"VHDR": "4442114", b"pakt": "8844",
}  # fmt: skip


def _chunks(data: bytes, *, whole: int, first: int, order: _Order, name: int, size: int, own: int, padding: int) -> Iterator[Any]:
    """``name`` and ``size`` are how many bytes these take, ``own`` what a size counts of its chunk's header, ``whole`` where the file's is."""
    if whole:
        yield Field(whole, size, order)
    at = first
    while (body := at + name + size) <= len(data):
        yield Field(at + name, size, order)
        end = body + max(0, int.from_bytes(data[at + name : body], order) - own)
        yield from (field for field in _numbers(body, _CHUNKS.get(data[at : at + 4], ""), order) if field.at + field.size <= end)
        end += -(end - first) % padding
        yield Part(at, end)
        at = end


_riff = functools.partial(_chunks, whole=4, first=12, name=4, size=4, own=0, padding=2)
_wave64 = functools.partial(_chunks, whole=16, first=40, order="little", name=16, size=8, own=24, padding=8)
_caf = functools.partial(_chunks, whole=0, first=8, order="big", name=4, size=8, own=0, padding=1)


def _au(data: bytes) -> Iterator[Any]:
    yield from _numbers(4, "44444", "big")
    yield from (Part(0, 24), Part(24, len(data)))


def _flac(data: bytes) -> Iterator[Any]:
    yield from _numbers(8, "2233224422222222", "big")
    at, last = 4, False
    while not last and at + 4 <= len(data):
        yield from _numbers(at, "13", "big")
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        yield Part(at, end)
        last, at = bool(data[at] & 0x80), end
    yield from _between(data, rb"\xff[\xf8\xf9]", at)


def _between(data: bytes, begin: bytes, first: int = 0) -> Iterator[Part]:
    """Frames, which begin with a pattern and end where the next one begins."""
    starts = (match.start() for match in re.compile(begin).finditer(data, first))
    yield from itertools.starmap(Part, itertools.pairwise([*starts, len(data)]))


def _ogg(data: bytes) -> Iterator[Any]:
    at, page = 0, 0
    while data[at : at + 4] == b"OggS" and at + 27 <= len(data):
        body = at + 27 + data[at + 26]
        yield from (Field(at + offset, size, "little") for offset, size in ((5, 1), (6, 8), (14, 4), (18, 4)))
        yield from _numbers(at + 27, "1" * data[at + 26], "little")
        if page < 2:
            yield from _numbers(body + 8, "4144441", "little")
        end = body + sum(data[at + 27 : body])
        yield Part(at, end)
        at, page = end, page + 1


_NESTING = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf")
_NUMBERED = (b"stts", b"stsz", b"stsc", b"stco", b"mdhd", b"elst", b"mvhd", b"tkhd", b"stsd", b"sgpd", b"sbgp")


def _boxes(data: bytes, at: int = 0, end: int | None = None) -> Iterator[Any]:
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        stop = min(at + size, end) if size >= 8 else end
        yield Field(at, 4, "big")
        yield Part(at, stop)
        if name in _NESTING:
            yield from _boxes(data, at + 8, stop)
        elif name in _NUMBERED:
            yield from (field for field in _numbers(at + 12, "4" * 16, "big") if field.at + 4 <= stop)
        at = stop


_MASTERS = (0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0x114D9B74)


def _elements(data: bytes, at: int = 0, end: int | None = None) -> Iterator[Any]:
    end = len(data) if end is None else end
    while at + 2 < end:
        sized = at + 9 - data[at].bit_length()
        if sized > at + 4 or sized >= end:
            return
        width = 9 - data[sized].bit_length()
        body = sized + width
        if width > 8 or body > end:
            return
        stop = min(body + (int.from_bytes(data[sized:body], "big") & ((1 << 7 * width) - 1)), end)
        yield Field(sized, width, "big")
        yield Part(at, stop)
        if int.from_bytes(data[at:sized], "big") in _MASTERS:
            yield from _elements(data, body, stop)
        elif 0 < stop - body <= 8:
            yield Field(body, stop - body, "big")
        at = stop


def _mp3(data: bytes) -> Iterator[Any]:
    frames = list(_between(data, rb"\xff[\xe2-\xff][\x10-\xef]"))
    for frame in frames[:20]:
        yield from _numbers(frame.begin + 1, "111", "big")
    for at in filter(lambda at: at >= 0, map(data.find, (b"Xing", b"Info"))):
        yield from _numbers(at + 4, "444", "big")
        yield Field(at + 141, 3, "big")
    if data[:3] == b"ID3":
        yield Field(6, 4, "big")
    yield from frames


def _sphere(data: bytes) -> Iterator[Any]:
    yield from (Part(*match.span()) for match in re.finditer(rb"[^\n]*\n", data[:1024]))


_BY_MAGIC: dict[bytes, Callable[[bytes], Iterator[Any]]] = {
    **dict.fromkeys((b"RIFF", b"RF64"), functools.partial(_riff, order="little")),
    **dict.fromkeys((b"RIFX", b"FORM"), functools.partial(_riff, order="big")),
    **dict.fromkeys((b"ID3\4", b"ID3\3", b"\xff\xfb", b"\xff\xf3", b"\xff\xe3"), _mp3),
    b"riff": _wave64, b"caff": _caf, b".snd": _au, b"fLaC": _flac, b"OggS": _ogg, b"\x1a\x45\xdf\xa3": _elements, b"NIST": _sphere,
}  # fmt: skip


def of(data: bytes) -> Anatomy:
    """The structure of a file; nothing of one that is of no kind known here."""
    walk = _boxes if data[4:8] == b"ftyp" else _BY_MAGIC.get(data[:4]) or _BY_MAGIC.get(data[:2])
    found = list(itertools.islice(walk(data), 20 * _MOST_PARTS)) if walk else []
    fields = [each for each in found if isinstance(each, Field) and each.at + each.size <= len(data)]
    parts = [(each.begin, min(each.end, len(data))) for each in found if isinstance(each, Part)]
    return Anatomy(fields, parts[:_MOST_PARTS])


def _value(chance: random.Random, before: int, field: Field, size: int) -> int:
    bits = 8 * field.size
    near = (0, 1, 2, 3, before + 1, before - 1, before * 2, before // 2, before + 256, before ^ 1 << chance.randrange(bits))
    far = (1 << bits - 1, (1 << bits - 1) - 1, (1 << bits) - 1, (1 << bits) - 2, size, size - field.at, size * 2, chance.getrandbits(bits))
    return chance.choice(near if chance.random() < 0.6 else far) % (1 << bits)


def _set_fields(chance: random.Random, data: bytearray, anatomy: Anatomy) -> None:
    for _ in range(chance.choice((1, 1, 2, 3))):
        field = chance.choice(anatomy.fields)
        place = slice(field.at, field.at + field.size)
        value = _value(chance, int.from_bytes(data[place], field.order), field, len(data))
        data[place] = value.to_bytes(field.size, field.order)


def _rearrange(chance: random.Random, data: bytearray, anatomy: Anatomy) -> None:
    (begin, end), (other, stop) = chance.choice(anatomy.parts), chance.choice(anatomy.parts)
    part = bytes(data[begin:end])
    way = chance.randrange(5)
    if way == 0:
        del data[begin:end]
    elif way == 1:
        data[end:end] = part * chance.choice((1, 1, 2, 50 if len(part) < 1000 else 1))
    elif way == 2:
        data[other:other] = part
    elif way == 3 and stop <= begin:
        data[begin:end], data[other:stop] = data[other:stop], part
    else:  # into the midst of another, whose size is left as it is
        data[(other + stop) // 2 : (other + stop) // 2] = part


def mutation(files: Mapping[str, bytes], seed: int, index: int) -> mutate.Mutation:
    """The file of a number, its structure changed; the same in every run."""
    chance = random.Random(f"structure/{seed}/{index}")
    name = chance.choice(list(files))
    data = bytearray(files[name])
    for _ in range(chance.choice((1, 1, 1, 2))):
        anatomy = of(bytes(data))
        if data.startswith(b"NIST") and chance.random() < 0.7:
            mutate._set_text_number(chance, data, {})
        elif anatomy.fields and (chance.random() < 0.7 or not anatomy.parts):
            _set_fields(chance, data, anatomy)
        elif anatomy.parts:
            _rearrange(chance, data, anatomy)
    if data.startswith(b"OggS"):
        mutate.mend_ogg(data)
    if data.startswith(b"fLaC") and chance.random() < 0.2:
        data[18:26] = struct.pack(
            ">Q", chance.choice((44100, 8000, 655350, 1)) << 44 | chance.randrange(8) << 41 | 15 << 36 | chance.randrange(1 << 20)
        )
    return mutate.Mutation(f"x.{name.rpartition('.')[2]}", bytes(data))
