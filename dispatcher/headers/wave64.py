"""Sony's W64: the chunks of WAV, with names of 16 bytes and sizes of 8, which count both."""

from collections.abc import Iterator

from dispatcher.headers import wave
from dispatcher.headers.container import MOST, Container, File, Length, chunks, short_chunk

_CHUNK = 24


def _chunks(file: File) -> Iterator[tuple[bytes, int, int]]:
    return chunks(file, 40, "little", 8, 16, _CHUNK, 8)


def _length(file: File) -> Length | None:
    form = None
    for name, at, size in _chunks(file):
        if name[:4] == b"fmt ":
            form = wave.format_of(file.at(at, min(size, wave.FORMAT_BYTES)))
        elif name[:4] == b"data":
            if form is None or not form.is_fixed or size + _CHUNK >= MOST:
                return None
            return Length(size // form.frame_bytes, form.channels, at + size)
    return None


def hides_floats(file: File) -> bool:
    """Return whether the extension alone tells floats; libsndfile takes them for integers."""
    found = (
        wave.format_of(file.at(at, wave.FORMAT_BYTES))
        for name, at, _ in _chunks(file)
        if name[:4] == b"fmt "
    )
    return any(form.tag != form.encoding == wave.FLOAT for form in found)


CONTAINER = Container(
    "w64",
    b"riff",
    _length,
    missing=lambda file: short_chunk(file, _chunks(file), b"data"),
    complete=True,
)
