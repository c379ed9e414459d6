"""What a file of this room says of its container: how its files begin, and what their bytes tell.

A module here with a ``CONTAINER`` is found by ``registry``; it imports what it needs from here.
"""

from collections.abc import Callable
from typing import NamedTuple

from dispatcher.headers.file import (
    MOST,
    MOST_STEPS,
    UNKNOWN,
    Bytes,
    File,
    Order,
    chunks,
    missing,
    short,
    short_chunk,
)

__all__ = [  # noqa: RUF022 - by subject
    "Container", "Length", "Part",
    "Bytes", "File", "Order", "MOST", "MOST_STEPS", "UNKNOWN",
    "chunks", "missing", "short", "short_chunk",
]  # fmt: skip


class Length(NamedTuple):
    """The frames that a header promises, and its channels.

    ``end`` is the byte where the sound ends, if a library may take more for sound: what follows
    there, or, with 0, padding of samples that the header does not tell.
    """

    frames: int
    channels: int
    end: int | None = None


class Part(NamedTuple):
    """A part of a joined file.

    Its kind (the container's name; of MPEG audio mp1, mp2 or mp3), its first byte, its sample rate
    in Hz, its channels, and its codec in Ogg and Matroska. The rate is 0 where it is unknown: no
    library may read on then.
    """

    kind: str
    begin: int
    rate: int
    channels: int
    codec: str = ""


class Container(NamedTuple):
    """A kind of file.

    Attributes:
        name: the extension of such files.
        start: the pattern of their first bytes, without groups; it fits no other container's files.
        length: return what the header promises. ``None`` if it does not tell, or has the value that
            recorders write while they do not know the length yet.
        missing: return, in words, what is missing at the file's end by its structure: chunks,
            boxes, pages, frames. ``None`` if nothing is, or if the structure does not tell.
        parts: return the parts of a file that was joined from several, for readers that stop after
            the first one or give all samples its rate. The whole file is read.
        complete: whether ``missing`` finds whatever is missing, so that the length adds nothing.
        damage: return, in words, what is damaged or missing within a file. It gets the number of
            frames that were read, and the frame up to which to look; ``None`` for the file's end.
            ``None`` if nothing is, or if the structure does not tell.
    """

    name: str
    start: bytes
    length: Callable[[File], Length | None] = lambda file: None
    missing: Callable[[File], str | None] = lambda file: None
    parts: Callable[[File], list[Part]] | None = None
    complete: bool = False
    damage: Callable[[File, int, int | None], str | None] = lambda file, frames, end: None
