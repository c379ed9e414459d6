"""SoX's own format: the header's bytes, and a count of 32-bit samples."""

from dispatcher.headers.container import Container, File, Length, Order, short

_MOST_SAMPLES = 1 << 60


def _sound(file: File) -> tuple[int, int, int]:
    """Return the first byte of the sound, its samples, and its channels."""
    order: Order = "little" if file.head.startswith(b".SoX") else "big"
    return 4 + file.number(4, 4, order), file.number(8, 8, order), file.number(24, 4, order)


def _length(file: File) -> Length | None:
    begin, samples, channels = _sound(file)
    known = channels and 0 < samples < _MOST_SAMPLES
    return Length(samples // channels, channels, begin + 4 * samples) if known else None


def _missing(file: File) -> str | None:
    begin, samples, _ = _sound(file)
    return short("its sound", 4 * samples, file.size - begin)


CONTAINER = Container("sox", rb"\.SoX|XoS\.", _length, _missing)
