"""Each container by a small file of it: it is recognised, its length is told, and what is missing of its end is.

A container without a row here fails.
"""

import collections
import re
import struct

import pytest

from dispatcher.headers import registry
from dispatcher.headers.container import Length, Part
from dispatcher.headers.file import BLOCK, Bytes
from tests.tables import table


def _big(*numbers: int) -> bytes:
    return struct.pack(f">{len(numbers)}I", *numbers)


def _little(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def _wave_format(tag: int = 1) -> bytes:
    return struct.pack("<HHIIHH", tag, 2, 8000, 32000, 4, 16)


def _page(flags: int, body: bytes) -> bytes:
    return struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 100, 7, 0, 0, 1) + bytes([len(body)]) + body


STREAMINFO = struct.pack(">HH", 4096, 4096) + bytes(6) + ((8000 << 44) | (1 << 41) | (15 << 36) | 77).to_bytes(8, "big") + bytes(16)
MP3 = b"\xff\xfb\x90\x00" + bytes(413)
XING = b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + _big(1, 10) + bytes(417 - 48)
XING_OF_BYTES = b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + _big(3, 10, 417 * 11) + bytes(417 - 52)


# A whole file, what it promises, how many bytes to cut off, and what is then missing
Row = collections.namedtuple("Row", "name data length cut missing", defaults=(None, 1, None))


ROWS = [
    Row("wav", b"RIFF\0\0\0\0WAVEfmt " + _little(16) + _wave_format() + b"data" + _little(40) + bytes(40), Length(10, 2), 3,
        "its chunk 'data' is 40 bytes long, and 37 are there"),
    Row("wav", b"RIFX\0\0\0\0WAVEfmt " + _big(16) + struct.pack(">HHIIHH", 1, 2, 8000, 32000, 4, 16) + b"data" + _big(40) + bytes(40), Length(10, 2), 3,
        "its chunk 'data' is 40 bytes long, and 37 are there"),
    Row("wav", b"RIFF\0\0\0\0WAVEfmt " + _little(16) + _wave_format(2) + b"fact" + _little(4, 99) + b"data" + _little(8) + bytes(8),
        Length(99, 2), 3, "its chunk 'data' is 8 bytes long, and 5 are there"),
    Row("wav", b"RF64\0\0\0\0WAVEds64" + _little(16, 0, 0, 8, 0) + b"fmt " + _little(16) + _wave_format() + b"data" + _little(0xFFFFFFFF)
        + bytes(8), Length(2, 2), 3, "its chunk 'data' is 8 bytes long, and 5 are there"),
    Row("avi", b"RIFF" + _little(92) + b"AVI " + bytes(88), None, 3, "its chunk 'RIFF' is 92 bytes long, and 89 are there"),
    Row("w64", b"riff" + bytes(36) + b"fmt " + bytes(12) + struct.pack("<Q", 40) + _wave_format() + b"data" + bytes(12)
        + struct.pack("<Q", 64) + bytes(40), Length(10, 2), 3, "its chunk 'data' is 40 bytes long, and 37 are there"),
    Row("aiff", b"FORM\0\0\0\0AIFFCOMM" + _big(18) + struct.pack(">HI", 2, 10) + bytes(12) + b"SSND" + _big(48) + bytes(48), Length(10, 2), 3,
        "its chunk 'SSND' is 48 bytes long, and 45 are there"),
    Row("aiff", b"FORM\0\0\0\x008SVXBODY" + _big(48) + bytes(48), None, 3, "its chunk 'BODY' is 48 bytes long, and 45 are there"),
    Row("au", b".snd" + _big(24, 40, 3, 8000, 2) + bytes(40), Length(10, 2), 3, "its sound is 40 bytes long, and 37 are there"),
    Row("au", b"dns." + _little(24, 40, 3, 8000, 2) + bytes(40), Length(10, 2), 3, "its sound is 40 bytes long, and 37 are there"),
    Row("caf", b"caff\0\1\0\0desc" + struct.pack(">Q", 32) + bytes(16) + _big(4, 1, 2, 16) + b"data" + struct.pack(">Q", 44) + bytes(44),
        Length(10, 2), 3, "its chunk 'data' is 44 bytes long, and 41 are there"),
    Row("caf", b"caff\0\1\0\0data" + struct.pack(">Q", 44) + bytes(44) + b"pakt" + struct.pack(">Q", 30) + bytes(30), None, 3,
        "its chunk 'pakt' is 30 bytes long, and 27 are there"),
    Row("sph", b"NIST_1A\n   1024\nsample_count -i 10\nchannel_count -i 2\nend_head\n".ljust(1024) + bytes(40), Length(10, 2)),
    Row("flac", b"fLaC\x80\0\0\x22" + STREAMINFO + bytes(40), Length(77, 2)),
    Row("ogg", _page(2, b"\1vorbis" + bytes(20)) + _page(4, bytes(50)), None, 3, "its last page is incomplete"),
    Row("ogg", _page(2, b"\1vorbis" + bytes(20)) + _page(4, bytes(50)), None, 78, "its last page is missing"),
    Row("mp3", XING_OF_BYTES + MP3 * 10, Length(11520, 2), 417, "its sound (by its Xing header) is 4587 bytes long, and 4170 are there"),
    Row("mp3", MP3 * 30, None, 5, "its last frame is 417 bytes long, and 412 are there"),
    Row("mp3", b"ID3\3\0\0" + bytes([0, 0, 39, 16]) + bytes(5008) + XING + MP3 * 50, Length(11520, 2), 5,
        "its last frame is 417 bytes long, and 412 are there"),
    Row("mka", b"\x1a\x45\xdf\xa3\x84" + bytes(4) + b"\x18\x53\x80\x67\xa8" + bytes(40), None, 3, "its Segment ends at byte 54, and the file at 51"),
    Row("mp4", _big(16) + b"ftypM4A " + bytes(4) + _big(40) + b"mdat" + bytes(32), None, 3, "its box 'mdat' is 40 bytes long, and 37 are there"),
    Row("mp4", _big(16) + b"ftypM4A " + bytes(4) + _big(1) + b"mdat" + _big(0, 40) + bytes(24), None, 3,
        "its box 'mdat' is 40 bytes long, and 37 are there"),
    Row("wma", b"\x30\x26\xb2\x75" + bytes(12) + struct.pack("<Q", 30) + bytes(6) + bytes(16) + struct.pack("<Q", 64) + bytes(40), None, 3,
        "its data object is 64 bytes long, and 61 are there"),
    Row("wv", b"wvpk" + _little(64, 0, 10, 0, 10, 1 << 11) + bytes(44), None, 3, "its last block is 72 bytes long, and 69 are there"),
    Row("wv", b"wvpk" + _little(64, 0, 10, 0, 5, 1 << 11) + bytes(44) + b"wvpk" + _little(64, 0, 10, 5, 5, 1 << 11) + bytes(44), None, 72,
        "its header promises 10 frames, and its blocks hold 5"),
    Row("tta", b"TTA1" + bytes(6) + _little(8000, 100, 0, 40) + bytes(4) + bytes(40), None, 3, "it is 70 bytes long, and 67 are there"),
    Row("avr", b"2BIT" + bytes(8) + b"\0\0\0\x10" + bytes(10) + _big(20) + bytes(98) + bytes(40), None, 3, "its sound is 40 bytes long, and 37 are there"),
    Row("voc", b"Creative Voice File\x1a\x1a\0" + bytes(4) + b"\1\x28\0\0" + bytes(40) + b"\0", None, 4,
        "its last block is 40 bytes long, and 37 are there"),
    Row("voc", b"Creative Voice File\x1a\x1a\0" + bytes(4) + b"\x09\x2c\0\0" + b"\1" * 52 + b"\0", None, 12,
        "its last block is 44 bytes long, and 41 are there"),
    Row("sox", b".SoX" + _little(28, 10, 0) + bytes(8) + _little(2, 0) + bytes(40), Length(5, 2), 3, "its sound is 40 bytes long, and 37 are there"),
    Row("sds", b"\xf0\x7e\0\1\0\0\x10" + bytes(3) + bytes([100, 0, 0]) + bytes(8) + (b"\xf0\x7e\0\2" + bytes(123)) * 3, Length(100, 1), 3,
        "its sound is 381 bytes long, and 378 are there"),
    Row("wve", b"ALawSoundFile**\0" + bytes(2) + _big(40) + bytes(10) + bytes(40), None, 3, "its sound is 40 bytes long, and 37 are there"),
    Row("hcom", bytes(65) + b"FSSD" + bytes(14) + _big(44) + bytes(41) + b"HCOM" + bytes(40), None, 3, "its data fork is 44 bytes long, and 41 are there"),
    Row("mat4", _little(0, 1, 1, 0, 11) + b"samplerate\0" + bytes(8) + _little(0, 1, 5, 0, 3) + b"wv\0" + bytes(40), None, 3,
        "its last matrix is 40 bytes long, and 37 are there"),
    Row("mat", b"MATLAB 5.0 ".ljust(126) + b"IM" + _little(14, 40) + bytes(40), None, 9, "its last matrix is 40 bytes long, and 31 are there"),
    Row("ast", b"STRM" + _big(40) + bytes(56) + bytes(40), None, 3, "its sound is 40 bytes long, and 37 are there"),
    Row("rm", b".RMF" + _big(18) + bytes(10) + b"DATA" + _big(58) + bytes(50), None, 11, "its chunk 'DATA' is 58 bytes long, and 47 are there"),
    Row("amr", b"#!AMR\n" + (b"\x04" + bytes(12)) * 4, None, 3, "its last frame is 13 bytes long, and 10 are there"),
    Row("flv", b"FLV\1\5" + _big(9, 0) + b"\x08\0\0\x05" + bytes(12) + _big(16), None, 3, "its last tag is incomplete"),
    Row("gsm", (b"\xd0" + bytes(32)) * 20, None, 3, "its last frame is 33 bytes long, and 30 are there"),
    Row("ac3", (b"\x0b\x77\0\0\0\x40" + bytes(122)) * 9, None, 3, "its last frame is 128 bytes long, and 125 are there"),
    Row("ac3", (b"\x0b\x77\0\x3f\0\x80" + bytes(122)) * 9, None, 3, "its last frame is 128 bytes long, and 125 are there"),
    Row("dts", (b"\x7f\xfe\x80\x01\xfc\x3c\x07\xf0" + bytes(120)) * 9, None, 3, "its last frame is 128 bytes long, and 125 are there"),
    Row("mpg", (b"\0\0\1\xba\x44" + bytes(9) + b"\0\0\1\xc0\0\x40" + bytes(64)) * 9, None, 3, "its last frame is 70 bytes long, and 67 are there"),
    Row("mpg", (b"\0\0\1\xba\x44" + bytes(9)) * 9 + b"\0\0\1\xb9", None, 3, "its last frame begins 1 bytes before its end"),
    Row("nut", b"nut/multimedia container\0" + bytes(40)),
    Row("ts", (b"\x47" + bytes(187)) * 9, None, 3, "its last packet is 188 bytes long, and 185 are there"),
]  # fmt: skip


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.name}-{number}") for number, row in enumerate(ROWS)])
def test_a_whole_file_lacks_nothing_and_a_cut_one_does(row: Row) -> None:
    """And its beginning fits no other container."""
    assert [each.name for each in registry.known() if re.match(each.start, row.data, re.DOTALL)] == [row.name]
    whole, cut = Bytes(row.data), Bytes(row.data[: -row.cut])
    assert registry.of(whole).name == registry.of(cut).name == row.name
    for found in (registry.length(whole), registry.length(cut)):
        assert (found[:2] if found else None) == (row.length[:2] if row.length else None)
    assert registry.missing(whole) is None
    assert registry.missing(cut) == row.missing


def test_each_container_has_a_row() -> None:
    assert {row.name for row in ROWS} == {each.name for each in registry.known()}


def test_an_unknown_file_tells_nothing() -> None:
    for data in (b"", b"plain text", bytes(400)):
        file = Bytes(data)
        assert registry.of(file).name == ""
        assert registry.length(file) is registry.missing(file) is None
        assert registry.parts(file) == []


_TAG = b"TAG" + b"title".ljust(125, b"\0")
_MP4 = _big(16) + b"ftypM4A " + bytes(4) + _big(40) + b"mdat" + bytes(32)
_LIVE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365") + bytes(72)
_ASF = b"\x30\x26\xb2\x75" + bytes(12) + struct.pack("<Q", 122) + bytes(6)
_MUCH = bytes(16) + struct.pack("<Q", 1 << 40) + bytes(40)


@table(
    "data, missing",
    {
        "a tag behind mp4": (_MP4 + _TAG, None),
        "an APE tag behind mp4": (_MP4 + b"APETAGEX" + bytes(24), None),
        "text behind mp4": (_MP4 + b"copied by a program", None),
        "a cut box behind a whole one": (_MP4 + _big(99) + b"moof" + bytes(9), "its box 'moof' is 99 bytes long, and 17 are there"),
        "a tag behind a transport stream": ((b"\x47" + bytes(187)) * 9 + _TAG, None),
        "zeros behind a transport stream": ((b"\x47" + bytes(187)) * 9 + bytes(9), None),
        "asf of a broadcast": (_ASF + _LIVE + b"\3\0\0\0" + _MUCH, None),
        "asf that is cut": (_ASF + _LIVE + b"\2\0\0\0" + _MUCH, f"its data object is {1 << 40} bytes long, and 64 are there"),
    },
)
def test_what_is_not_missing(data: bytes, missing: str | None) -> None:
    """Sizes that are no sizes: of other data behind the end, and of what never had an end."""
    assert registry.missing(Bytes(data)) == missing


def test_speex_in_ogg_tells_its_rate_and_channels() -> None:
    head = b"Speex   ".ljust(36) + _little(16000, 4, 0, 1) + bytes(28)
    assert registry.parts(Bytes(_page(2, head))) == [Part("ogg", 0, 16000, 1, "Speex")]


def test_a_second_flac_is_found_wherever_it_lies_in_the_blocks_that_are_read() -> None:
    head = b"fLaC\0\0\0\x22" + STREAMINFO
    for begin in range(BLOCK - 9, BLOCK + 3):
        parts = registry.parts(Bytes(head.ljust(begin, b"f") + head))
        assert [part.begin for part in parts] == [0, begin]


class Film(Bytes):
    """A file of more than 1 GiB that begins with these bytes; zeros follow. ``read_bytes`` counts."""

    read_bytes = 0

    @property
    def size(self) -> int:
        return (1 << 30) + 1

    def read(self, offset: int, size: int) -> bytes:
        self.read_bytes += size
        return super().read(offset, size).ljust(min(size, self.size - offset), b"\0")


@table("start", {
    "flac": b"fLaC\x80\0\0\x22" + bytes(34),
    "Matroska": b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01" + bytes.fromhex("ffffffffffffff1f43b67508") + bytes.fromhex("00000040000000"),
    "transport stream": (b"\x47" + bytes(187)) * 8,
})  # fmt: skip
def test_a_file_of_more_than_a_gibibyte_is_not_searched(start: bytes) -> None:
    """Neither for damage nor for further parts: that would read a film a second time."""
    film = Film(start)
    assert registry.damage(film, 1) is None
    registry.parts(film, ("flac", "ts"))
    assert film.read_bytes < 1 << 20
