"""RealMedia: chunks, whose sizes count their own headers."""

from dispatcher.headers.container import UNKNOWN, Container, File, chunks, short

_CHUNK = 8
_HEADER_OF_DATA = 10


def _missing(file: File) -> str | None:
    for name, at, size in chunks(file, 0, "big", own=_CHUNK, padding=0):
        if size < 2:
            return None
        if at + size - _HEADER_OF_DATA > file.size:  # FFmpeg counts this header twice
            what = f"its chunk {name.decode('latin-1').strip()!r}"
            return short(what, size + _CHUNK, file.size - at + _CHUNK, UNKNOWN)
    return None


CONTAINER = Container("rm", rb"\.RMF", missing=_missing)
