"""Read what an audio file's own bytes say about its length, independent of any backend."""

from typing import Any

from dispatcher.headers import mpeg, ogg, registry, wave
from dispatcher.headers.file import UNKNOWN, File
from dispatcher.reading import joined_files
from dispatcher.reading.opened import look


def facts(path: str) -> dict[str, Any]:
    """Return the known facts by name.

    The keys are ``size``, ``promise``, ``parts`` and ``last_page``; ``data_bytes`` and ``padding``
    are there only if the header says so; ``change`` and ``mend`` if a later part differs.
    """
    return look(path, lambda file: _facts(path, file)) or {}


def _facts(path: str, file: File) -> dict[str, Any]:
    promise, parts = registry.length(file), registry.parts(file)
    found: dict[str, Any] = {
        "size": file.size,
        "promise": promise.frames if promise else None,
        "parts": [part._asdict() for part in parts],
        "last_page": ogg.frames(file),
    }
    if change := joined_files.change(parts):
        found["change"], found["mend"] = change, joined_files.mend(path, parts)
    _, lame = mpeg.xing(file) or (None, None)
    if lame is not None and (lame.delay or lame.padding):
        found["padding"] = [lame.delay, lame.padding]  # frames before and after the sound
    chunks = wave.read(file) if file.head.startswith((b"RIFF", b"RIFX")) else None
    # recorders that do not know the length yet write zero or the largest number
    if chunks is not None and (chunks.size == 0 or chunks.size >= UNKNOWN):
        found["data_bytes"] = chunks.size
    return found
