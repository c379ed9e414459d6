"""Read what an audio file's own bytes say about its length, independent of any backend."""

from typing import Any

from compat.doctor import stored
from dispatcher.headers import mpeg, ogg, registry
from dispatcher.headers.file import UNKNOWN, File
from dispatcher.reading.opened import look


def facts(path: str) -> dict[str, Any]:
    """Return the known facts by name.

    The keys are ``size``, ``promise``, ``parts`` and ``last_page``; ``data_bytes``,
    ``sample_bytes``, ``padding`` and ``preskip`` are there only if the header says so.
    """
    return look(path, _facts) or {}


def _facts(file: File) -> dict[str, Any]:
    promise = registry.length(file)
    found = {
        "size": file.size,
        "promise": promise.frames if promise else None,
        "parts": [part._asdict() for part in registry.parts(file)],
        **_of_wave(file),
        "last_page": ogg.frames(file),
    }
    _, lame = mpeg.xing(file) or (None, None)
    if lame is not None and (lame.delay or lame.padding):
        found["padding"] = [lame.delay, lame.padding]  # frames before and after the sound
    opus = file.head.find(ogg.OPUS, 0, 64)
    if opus >= 0:  # frames at 48 kHz that a decoder must drop from the beginning
        found["preskip"] = ogg.opus_skipped(file.head[opus:])
    return found


def _of_wave(file: File) -> dict[str, Any]:
    """Return what a WAV header reveals: a data size never written, or samples with unused bytes."""
    told = stored.layout(file)
    if told is None:
        return {}
    wave, form, width = told
    found: dict[str, Any] = {}
    if width > -(-form.used_bits // 8) > 0:
        found["sample_bytes"] = {"bits": form.used_bits, "bytes": width}
    # recorders that do not know the length yet write zero or the largest number
    if wave.size == 0 or wave.size >= UNKNOWN:
        found["data_bytes"] = wave.size
    return found
