"""Find the container of a file among the modules of this room, and ask it.

libsndfile and FFmpeg lower the length of a header to what the file can hold, so a file that was cut
looks whole to them. Some containers count no frames (ogg, opus, webm, mp4, wma), and some decoders
make up what is missing (IMA ADPCM). There the number of bytes, boxes or pages still tells.
"""

import functools
import importlib
import pkgutil
import re
from collections.abc import Iterable

from dispatcher import headers
from dispatcher.headers.container import Container, Length, Part
from dispatcher.headers.file import File

_NONE = Container("", b"(?!)")


@functools.cache
def known() -> tuple[Container, ...]:
    """Return the containers of all modules of this room, in alphabetical order."""
    modules = (
        importlib.import_module(f"{headers.__name__}.{module.name}")
        for module in pkgutil.iter_modules(headers.__path__)
    )
    return tuple(module.CONTAINER for module in modules if hasattr(module, "CONTAINER"))


@functools.cache
def starts() -> re.Pattern[bytes]:
    """Return the pattern of all beginnings; it has a group for each container."""
    return re.compile(b"|".join(b"(%s)" % each.start for each in known()), re.DOTALL)


def of(file: File) -> Container:
    """Return the container of a file; for an unknown one, a container that tells nothing."""
    return file.parsed(_by_start)


def _by_start(file: File) -> Container:
    found = starts().match(file.head)
    return known()[found.lastindex - 1] if found and found.lastindex else _NONE


def length(file: File) -> Length | None:
    """Return the frames and channels that a header promises; ``None`` if it promises none."""
    return file.parsed(_length)


def _length(file: File) -> Length | None:
    found = of(file).length(file)
    return found if found is not None and found.frames > 0 else None


def is_odd(file: File) -> bool:
    """Return whether a library may take more for sound than the header promises."""
    found = length(file)
    return found is not None and found.end is not None and found.end < file.size


def missing(file: File) -> str | None:
    """Return what is missing at a file's end, in words; ``None`` if nothing is or nothing tells."""
    return of(file).missing(file)


def loss(file: File, frames: int) -> tuple[str | None, str | None]:
    """Return what is missing at a file's end, and else what is damaged in it, as below."""
    cut = missing(file)
    return cut, None if cut else damage(file, frames)


def damage(file: File, frames: int, end: int | None = None) -> str | None:
    """Return what is damaged in a file, up to frame ``end``; ``None`` as above.

    ``frames`` were read.
    """
    return of(file).damage(file, frames, end)


def parts(file: File, kinds: Iterable[str] | None = None) -> list[Part]:
    """Return the parts of a file, at most one if it is not joined.

    None for other containers than ``kinds``. The whole file is read, so ask only where the answer
    matters.
    """
    found = of(file)
    if found.parts is None or (kinds is not None and found.name not in kinds):
        return []
    return file.remembered(found.parts)


@functools.cache
def joinable() -> frozenset[str]:
    """Return the names of the containers whose files can be joined."""
    return frozenset(each.name for each in known() if each.parts is not None)
