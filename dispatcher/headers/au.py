"""Sun's and NeXT's AU: six numbers, in little-endian order if it begins with ``dns.``.

0      4             8              12         16    20
.snd | sound's place | its bytes  | encoding | rate | channels
"""

from dispatcher.headers.container import UNKNOWN, Container, File, Length, Order, short

# bytes of a sample, by the encoding's number
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 4, 7: 8, 27: 1}


def _number(file: File, at: int) -> int:
    order: Order = "big" if file.head.startswith(b".snd") else "little"
    return file.number(at, 4, order)


def begin(file: File) -> int:
    """Return the byte at which the sound begins, by the header."""
    return _number(file, 4)


def _length(file: File) -> Length | None:
    size, width, channels = _number(file, 8), _WIDTHS.get(_number(file, 12), 0), _number(file, 20)
    if not width or not channels or size >= UNKNOWN:
        return None
    return Length(size // (width * channels), channels, begin(file) + size)


CONTAINER = Container(
    "au",
    rb"\.snd|dns\.",
    _length,
    missing=lambda file: short("its sound", _number(file, 8), file.size - begin(file), UNKNOWN),
    complete=True,
)
