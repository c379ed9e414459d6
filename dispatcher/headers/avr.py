"""Audio Visual Research's format of the Atari: one header with the number of frames."""

from dispatcher.headers.container import UNKNOWN, Container, File, short

_HEADER = 128


def _missing(file: File) -> str | None:
    channels, bits = (file.number(12, 1, "big") & 1) + 1, file.number(14, 2, "big")
    size = file.number(26, 4, "big") * channels * bits // 8
    return short("its sound", size, file.size - _HEADER, UNKNOWN)


CONTAINER = Container("avr", b"2BIT", missing=_missing, complete=True)
