"""Where in a file its structure lies: the numbers of its headers, and the parts that it is put together of.

A mutation of structure sets such a number to what might be there (nought, one more, twice, what is left of the file), or leaves out,
repeats, exchanges or nests such parts. Bytes of the sound are not touched.
"""

import collections
import itertools
import random
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from tests.reliability.fuzz import mutate

_Order = Literal["little", "big"]
_MOST_PARTS = 200


# A number of a header
Field = collections.namedtuple("Field", "at size order")


# The numbers of a file's headers, and where its parts begin and end
Anatomy = collections.namedtuple("Anatomy", "fields parts")


def _numbers(at: int, sizes: str, order: _Order) -> Iterator[Field]:
    """Numbers one after the other, each of as many bytes as a digit says."""
    for size in map(int, sizes):
        yield Field(at, size, order)
        at += size


# numbers in the bodies of chunks, by name: bytes before them, and the size of each
_CHUNKS = {b"fmt ": (0, "224422222"), b"fact": (0, "4"), b"ds64": (0, "8884"), b"COMM": (0, "24222222"), b"SSND": (0, "44"), b"desc": (0, "8444444"),
           b"VHDR": (0, "4442114"), b"pakt": (0, "8844")}  # fmt: skip


def _chunks(data: bytes, first: int, order: _Order, name_size: int, number_size: int, own: int, padding: int) -> Anatomy:
    fields, parts, at = [], [], first
    while at + name_size + number_size <= len(data) and len(parts) < _MOST_PARTS:
        name, body = data[at : at + 4], at + name_size + number_size
        size = int.from_bytes(data[at + name_size : body], order) - own
        end = body + max(0, size)
        fields.append(Field(at + name_size, number_size, order))
        skip, sizes = _CHUNKS.get(name, (0, ""))
        fields += [field for field in _numbers(body + skip, sizes, order) if field.at + field.size <= min(end, len(data))]
        end += -(end - first) % padding if padding else 0
        parts.append((at, min(end, len(data))))
        at = end
    return Anatomy(fields, parts)


def _riff(data: bytes) -> Anatomy:
    order: _Order = "big" if data[:4] in (b"RIFX", b"FORM") else "little"
    found = _chunks(data, 12, order, 4, 4, 0, 2)
    return Anatomy([Field(4, 4, order), *found.fields], found.parts)


def _wave64(data: bytes) -> Anatomy:
    found = _chunks(data, 40, "little", 16, 8, 24, 8)
    return Anatomy([Field(16, 8, "little"), *found.fields], found.parts)


def _caf(data: bytes) -> Anatomy:
    return _chunks(data, 8, "big", 4, 8, 0, 0)


def _au(data: bytes) -> Anatomy:
    return Anatomy(list(_numbers(4, "44444", "big")), [(0, 24), (24, len(data))])


def _flac(data: bytes) -> Anatomy:
    fields, parts, at, last = list(_numbers(8, "2233224422222222", "big")), [], 4, False
    while not last and at + 4 <= len(data) and len(parts) < _MOST_PARTS:
        fields += [Field(at, 1, "big"), Field(at + 1, 3, "big")]
        end = at + 4 + int.from_bytes(data[at + 1 : at + 4], "big")
        parts.append((at, min(end, len(data))))
        last, at = bool(data[at] & 0x80), end
    starts = [match.start() for match in re.finditer(rb"\xff[\xf8\xf9]", data[at:])]
    parts += itertools.pairwise([*(at + start for start in starts), len(data)])
    return Anatomy(fields, parts)


def _ogg(data: bytes) -> Anatomy:
    fields, parts, at = [], [], 0
    while data[at : at + 4] == b"OggS" and at + 27 <= len(data) and len(parts) < _MOST_PARTS:
        body = at + 27 + data[at + 26]
        end = body + sum(data[at + 27 : body])
        fields += [Field(at + 5, 1, "little"), Field(at + 6, 8, "little"), Field(at + 14, 4, "little"), Field(at + 18, 4, "little")]
        fields += [Field(at + 27 + segment, 1, "little") for segment in range(data[at + 26])]
        if len(parts) < 2:
            fields += _numbers(body + 8, "4144441", "little")
        parts.append((at, min(end, len(data))))
        at = end
    return Anatomy([field for field in fields if field.at + field.size <= len(data)], parts)


_NESTING = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf")


def _boxes(data: bytes, begin: int, end: int) -> Anatomy:
    fields, parts, at = [], [], begin
    while at + 8 <= end and len(parts) < _MOST_PARTS:
        size = int.from_bytes(data[at : at + 4], "big")
        stop = at + size if size >= 8 else end
        fields.append(Field(at, 4, "big"))
        parts.append((at, min(stop, end)))
        name = data[at + 4 : at + 8]
        if name in _NESTING:
            within = _boxes(data, at + 8, min(stop, end))
            fields, parts = fields + within.fields, parts + within.parts
        elif name in (b"stts", b"stsz", b"stsc", b"stco", b"mdhd", b"elst", b"mvhd", b"tkhd", b"stsd", b"sgpd", b"sbgp"):
            fields += [field for field in _numbers(at + 12, "4" * 16, "big") if field.at + 4 <= min(stop, end)]
        at = stop
    return Anatomy(fields, parts)


_MASTERS = (0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0x114D9B74)


def _elements(data: bytes, begin: int = 0, end: int | None = None) -> Anatomy:
    fields, parts, at, end = [], [], begin, len(data) if end is None else end
    while at + 2 < end and len(parts) < _MOST_PARTS:
        length = 9 - data[at].bit_length()
        if length > 4 or at + length >= end:
            break
        size_length = 9 - data[at + length].bit_length()
        body = at + length + size_length
        if size_length > 8 or body > end:
            break
        name = int.from_bytes(data[at : at + length], "big")
        size = int.from_bytes(data[at + length : body], "big") & ((1 << 7 * size_length) - 1)
        stop = min(body + size, end)
        fields.append(Field(at + length, size_length, "big"))
        parts.append((at, stop))
        if name in _MASTERS:
            within = _elements(data, body, stop)
            fields, parts = fields + within.fields, parts + within.parts
        elif 0 < stop - body <= 8:
            fields.append(Field(body, stop - body, "big"))
        at = stop
    return Anatomy(fields, parts)


def _mp3(data: bytes) -> Anatomy:
    starts = [match.start() for match in re.finditer(rb"\xff[\xe2-\xff][\x10-\xef]", data)]
    fields = [Field(at + offset, 1, "big") for at in starts[:20] for offset in (1, 2, 3)]
    for name in (b"Xing", b"Info"):
        at = data.find(name)
        if at >= 0:
            fields += _numbers(at + 4, "444", "big")
            fields += _numbers(at + 141, "3", "big")
    if data[:3] == b"ID3":
        fields += _numbers(6, "4", "big")
    parts = list(itertools.pairwise([*starts, len(data)]))
    return Anatomy([field for field in fields if field.at + field.size <= len(data)], parts)


def _sphere(data: bytes) -> Anatomy:
    parts, at = [], 0
    for line in data[:1024].split(b"\n"):
        parts.append((at, at + len(line) + 1))
        at += len(line) + 1
    return Anatomy([], parts)


_BY_MAGIC: dict[bytes, Callable[[bytes], Anatomy]] = {
    b"RIFF": _riff, b"RIFX": _riff, b"RF64": _riff, b"FORM": _riff, b"riff": _wave64, b"caff": _caf, b".snd": _au, b"fLaC": _flac,
    b"OggS": _ogg, b"\x1a\x45\xdf\xa3": _elements, b"NIST": _sphere, b"ID3\4": _mp3, b"ID3\3": _mp3, b"\xff\xfb": _mp3, b"\xff\xf3": _mp3,
    b"\xff\xe3": _mp3,
}  # fmt: skip


def of(data: bytes) -> Anatomy:
    """The structure of a file; nothing of one that is of no kind known here."""
    if data[4:8] == b"ftyp":
        return _boxes(data, 0, len(data))
    parse = _BY_MAGIC.get(data[:4]) or _BY_MAGIC.get(data[:2])
    return parse(data) if parse else Anatomy([], [])


def _value(chance: random.Random, before: int, field: Field, size: int) -> int:
    bits = 8 * field.size
    near = (0, 1, 2, 3, before + 1, before - 1, before * 2, before // 2, before + 256, before ^ 1 << chance.randrange(bits))
    far = (1 << bits - 1, (1 << bits - 1) - 1, (1 << bits) - 1, (1 << bits) - 2, size, size - field.at, size * 2, chance.getrandbits(bits))
    return chance.choice(near if chance.random() < 0.6 else far) % (1 << bits)


def _set_fields(chance: random.Random, data: bytearray, anatomy: Anatomy) -> None:
    for _ in range(chance.choice((1, 1, 2, 3))):
        field = chance.choice(anatomy.fields)
        if field.at + field.size > len(data):
            continue
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
