"""Formats with one header of numbers: it has the size of the sound, or a count of its samples."""

import functools

from dispatcher.headers.container import Container, Length
from dispatcher.headers.file import UNKNOWN, File, Order, short

# by the name: the first bytes, what the size is of, its place, and the bytes of the header
_SIZES = {
    "ast": (b"STRM", "its sound", 4, 64),  # Nintendo's AST
    "hcom": (rb"\0.{64}FSSD.{59}HCOM", "its data fork", 83, 128),  # the Macintosh's, in MacBinary
    "wve": (rb"ALawSoundFile\*\*\0", "its sound", 18, 32),  # Psion's, of A-law samples
}


def _missing_by_size(what: str, place: int, header: int, file: File) -> str | None:
    return short(what, file.number(place, 4, "big"), file.size - header)


_AVR_HEADER = 128


def _missing_of_avr(file: File) -> str | None:
    channels, bits = (file.number(12, 1, "big") & 1) + 1, file.number(14, 2, "big")
    size = file.number(26, 4, "big") * channels * bits // 8
    return short("its sound", size, file.size - _AVR_HEADER, UNKNOWN)


# MIDI's Sample Dump. A byte has 7 bits, so that a sample of up to 14 bits takes two, of up to 21
# three, and else four; they come in packets.
_SDS_HEADER, _SDS_PACKET, _SDS_SAMPLES = 21, 127, 120
_SDS_BITS = 7


def _frames_of_sds(file: File) -> int:
    """Return the count of samples, of three bytes with the lowest first; there is one channel."""
    return sum((byte & 0x7F) << _SDS_BITS * place for place, byte in enumerate(file.at(10, 3)))


def _missing_of_sds(file: File) -> str | None:
    width = max(2, -(-file.number(6, 1, "big") // _SDS_BITS))
    packets = -(-_frames_of_sds(file) // (_SDS_SAMPLES // width))
    return short("its sound", packets * _SDS_PACKET, file.size - _SDS_HEADER)


_MOST_SAMPLES_OF_SOX = 1 << 60


def _sound_of_sox(file: File) -> tuple[int, int, int]:
    """Return the first byte of the sound, its 32-bit samples, and its channels."""
    order: Order = "little" if file.head.startswith(b".SoX") else "big"
    return 4 + file.number(4, 4, order), file.number(8, 8, order), file.number(24, 4, order)


def _length_of_sox(file: File) -> Length | None:
    begin, samples, channels = _sound_of_sox(file)
    known = channels and 0 < samples < _MOST_SAMPLES_OF_SOX
    return Length(samples // channels, channels, begin + 4 * samples) if known else None


def _missing_of_sox(file: File) -> str | None:
    begin, samples, _ = _sound_of_sox(file)
    return short("its sound", 4 * samples, file.size - begin)


CONTAINERS = (
    *(
        Container(name, start, missing=functools.partial(_missing_by_size, what, place, header))
        for name, (start, what, place, header) in _SIZES.items()
    ),
    # Audio Visual Research's, of the Atari
    Container("avr", b"2BIT", missing=_missing_of_avr, complete=True),
    Container(
        "sds", rb"\xf0\x7e.\x01", lambda file: Length(_frames_of_sds(file), 1), _missing_of_sds
    ),
    Container("sox", rb"\.SoX|XoS\.", _length_of_sox, _missing_of_sox),
)
