"""Damage to a file, chosen by a number: the same number gives the same damage in every run."""

import collections
import pathlib
import random
import re
import zlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

_HEADER = 256
_SIZES = (1, 2, 4, 8)
_FOUR_LETTERS = re.compile(rb"[A-Za-z0-9 ]{4}")
_NUMBER = re.compile(rb"-?\d+")
_NUMBERS = (b"-1", b"0", b"-99999999", b"65536", b"2147483647", b"4294967295", b"99999999999999999999", b"x" * 300, b"")
_OGG = b"OggS"
_OGG_HEADER = 27


# A damaged file: the name that it goes by, and its bytes
Mutation = collections.namedtuple("Mutation", "name data")


_Damage: TypeAlias = Callable[[random.Random, bytearray, Mapping[str, bytes]], None]


def _place(chance: random.Random, size: int) -> int:
    """A place in a file, in its header as often as not."""
    return chance.randrange(max(1, min(size, _HEADER) if chance.random() < 0.6 else size))


def _flip_bits(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    for _each in range(chance.choice((1, 1, 2, 4, 16, 64))):
        data[_place(chance, len(data))] ^= 1 << chance.randrange(8)


def _replace_bytes(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    at = _place(chance, len(data))
    count = chance.choice((1, 2, 4, 16, 100))
    data[at : at + count] = chance.randbytes(min(count, len(data) - at))


def _cut(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    del data[_place(chance, len(data)) :]


def _extreme(chance: random.Random, size: int) -> bytes:
    bits = 8 * size
    value = chance.choice((0, 1, 2, 3, 255, 2**bits - 1, 2 ** (bits - 1), 2 ** (bits - 1) - 1, 2**bits - 2, chance.getrandbits(bits)))
    return (value % 2**bits).to_bytes(size, chance.choice(("little", "big")))


def _set_field(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    """A number of a header becomes an extreme one."""
    for _each in range(chance.choice((1, 1, 2, 3))):
        size = chance.choice(_SIZES)
        at = _place(chance, len(data)) & ~(min(size, 2) - 1)
        data[at : at + size] = _extreme(chance, size)


def _set_chunk_size(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    """What follows, or in mp4 precedes, the four letters of a chunk becomes an extreme number."""
    found = [match.start() for match in _FOUR_LETTERS.finditer(data, 0, 4096)]
    if found:
        at = chance.choice(found) + chance.choice((4, 4, 4, 8, -4))
        if 0 <= at < len(data):
            data[at : at + 4] = _extreme(chance, 4)


def _set_text_number(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    """A number written out, as in SPHERE, becomes another."""
    found = list(_NUMBER.finditer(bytes(data[:1024])))
    if found:
        match = chance.choice(found)
        data[match.start() : match.end()] = chance.choice(_NUMBERS)


def _move_block(chance: random.Random, data: bytearray, _: Mapping[str, bytes]) -> None:
    at = _place(chance, len(data))
    block = bytes(data[at : at + chance.choice((1, 4, 32, 512, 4096))])
    if chance.random() < 0.5:
        del data[at : at + len(block)]
    to = _place(chance, len(data) or 1)
    data[to:to] = block * chance.choice((1, 1, 2, 8))


def _splice(chance: random.Random, data: bytearray, files: Mapping[str, bytes]) -> None:
    """The beginning of one file and the end of another."""
    other = files[chance.choice(list(files))]
    data[_place(chance, len(data)) :] = other[_place(chance, len(other) or 1) :]


_DAMAGES: tuple[_Damage, ...] = (
    _flip_bits, _replace_bytes, _cut, _set_field, _set_field, _set_field, _set_chunk_size, _set_text_number, _move_block, _splice,
)  # fmt: skip


# all bytes with their bits in reverse, as Ogg's checksum takes them
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def mend_ogg(data: bytearray) -> None:
    """Give every page of an ogg file its checksum again, without which damage never gets past the container.

    That is zlib's CRC-32 of mirrored bytes, from 0 on and not inverted.
    """
    at = data.find(_OGG)
    while at >= 0 and at + _OGG_HEADER <= len(data):
        body = at + _OGG_HEADER + data[at + 26]
        end = body + sum(data[at + _OGG_HEADER : body])
        if end > len(data):
            return
        data[at + 22 : at + 26] = bytes(4)
        found = zlib.crc32(data[at:end].translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
        data[at + 22 : at + 26] = found.to_bytes(4, "big").translate(_MIRRORED)
        at = data.find(_OGG, end)


def mutation(files: Mapping[str, bytes], seed: int, index: int) -> Mutation:
    """The damaged file of a number."""
    chance = random.Random(f"{seed}/{index}")
    names = list(files)
    name = chance.choice(names)
    data = bytearray(files[name])
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            chance.choice(_DAMAGES)(chance, data, files)
    if data.startswith(_OGG) and chance.random() < 0.7:
        mend_ogg(data)
    if chance.random() < 0.1:
        name = chance.choice(names)
    return Mutation(f"x{pathlib.PurePath(name).suffix}", bytes(data))
