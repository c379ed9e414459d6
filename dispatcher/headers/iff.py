"""AIFF, AIFF-C and their relatives on the Amiga: chunks, with numbers in big-endian order."""

from dispatcher.headers.container import UNKNOWN, Container, File, Length, chunks, short_chunk

_SOUND = {
    b"AIFF": b"SSND",
    b"AIFC": b"SSND",
    b"8SVX": b"BODY",
    b"16SV": b"BODY",
    b"MAUD": b"MDAT",
}


def _length(file: File) -> Length | None:
    """Read the frames of the chunk ``COMM``; the number of channels comes before it."""
    for name, at, _ in chunks(file, 12, "big") if file.at(8, 4) in (b"AIFF", b"AIFC") else ():
        if name == b"COMM":
            frames = file.number(at + 2, 4, "big")
            return Length(frames, file.number(at, 2, "big")) if frames < UNKNOWN else None
    return None


def _missing(file: File) -> str | None:
    wanted = _SOUND.get(file.at(8, 4))
    return short_chunk(file, chunks(file, 12, "big"), wanted, UNKNOWN) if wanted else None


CONTAINER = Container("aiff", b"FORM", _length, _missing, complete=True)
