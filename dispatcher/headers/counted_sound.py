"""Formats with one header, which has the size of the sound, or a count of its samples.

AST, AU, AVR, HCOM, SDS, SoX's own, SPHERE, WVE.
"""

import functools
import re

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


# bytes of a sample in Sun's and NeXT's AU, by the encoding's number
_AU_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def _number_of_au(file: File, at: int) -> int:
    """Return one of the header's six numbers, in little-endian order if it begins with ``dns.``.

    0      4             8              12         16    20
    .snd | sound's place | its bytes  | encoding | rate | channels
    """
    order: Order = "big" if file.head.startswith(b".snd") else "little"
    return file.number(at, 4, order)


def begin_of_au(file: File) -> int:
    """Return the byte at which the sound begins, by the header."""
    return _number_of_au(file, 4)


def _length_of_au(file: File) -> Length | None:
    size, width, channels = (
        _number_of_au(file, 8),
        _AU_WIDTHS.get(_number_of_au(file, 12), 0),
        _number_of_au(file, 20),
    )
    if not width or not channels or size >= UNKNOWN:
        return None
    return Length(size // (width * channels), channels, begin_of_au(file) + size)


def _missing_of_au(file: File) -> str | None:
    return short("its sound", _number_of_au(file, 8), file.size - begin_of_au(file), UNKNOWN)


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


# NIST's SPHERE: a header of text, whose second line gives its length, and then the samples
_SPHERE_FRAMES = re.compile(rb"^sample_count -i (\d{1,15})\s*$", re.MULTILINE)
_SPHERE_CHANNELS = re.compile(rb"^channel_count -i (\d{1,5})\s*$", re.MULTILINE)
_SPHERE_LINES = 16


def size_of_sphere(file: File) -> bytes:
    """Return the header's length in bytes, as its text tells it."""
    return file.at(8, 8).strip()


def lines_of_sphere(file: File) -> list[bytes]:
    """Return the lines of the header after the first two; ``size_of_sphere`` must be a number."""
    return file.at(_SPHERE_LINES, int(size_of_sphere(file)) - _SPHERE_LINES).split(b"\n")


def _length_of_sphere(file: File) -> Length | None:
    frames, channels = _SPHERE_FRAMES.search(file.head), _SPHERE_CHANNELS.search(file.head)
    return Length(int(frames[1]), int(channels[1])) if frames and channels else None


CONTAINERS = (
    *(
        Container(name, start, missing=functools.partial(_missing_by_size, what, place, header))
        for name, (start, what, place, header) in _SIZES.items()
    ),
    Container("au", rb"\.snd|dns\.", _length_of_au, _missing_of_au, complete=True),
    # Audio Visual Research's, of the Atari
    Container("avr", b"2BIT", missing=_missing_of_avr, complete=True),
    Container(
        "sds", rb"\xf0\x7e.\x01", lambda file: Length(_frames_of_sds(file), 1), _missing_of_sds
    ),
    Container("sph", b"NIST", _length_of_sphere),
    Container("sox", rb"\.SoX|XoS\.", _length_of_sox, _missing_of_sox),
)
