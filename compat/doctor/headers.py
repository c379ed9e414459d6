"""Read what an audio file's own bytes say about its length, independent of any backend."""

from __future__ import annotations

import os
from typing import Any

from compat.doctor import stored
from dispatcher.headers import promises
from dispatcher.reading import joined_files

_START = 1 << 16
# recorders that do not know the length yet write zero or the largest number
_UNKNOWN = 0x7FFF_F000
_XING_FIELDS = ((1, 4), (2, 4), (4, 100), (8, 4))
_LAME_PADDING = 21


def facts(path: str) -> dict[str, Any]:
    """Return the known facts by name.

    The keys are ``size``, ``promise``, ``parts`` and ``last_page``; ``data_bytes``,
    ``sample_bytes``, ``padding`` and ``preskip`` are there only if the header says so.
    """
    with open(path, "rb") as stream:
        head = stream.read(_START)
    promise = promises.of(path)
    return {
        "size": os.path.getsize(path),
        "promise": promise.frames if promise else None,
        "parts": [part._asdict() for part in joined_files.of(path)],
        **_of_wave(head),
        **_of_mp3(head),
        **_of_opus(head),
        "last_page": joined_files.frames(path) if head.startswith(b"OggS") else 0,
    }


def _of_wave(head: bytes) -> dict[str, Any]:
    """Return what a WAV header reveals: a data size never written, or samples with unused bytes."""
    layout = stored.layout(head)
    if layout is None:
        return {}
    found: dict[str, Any] = {}
    if layout.width > -(-layout.bits // 8) > 0:
        found["sample_bytes"] = {"bits": layout.bits, "bytes": layout.width}
    if layout.size == 0 or layout.size >= _UNKNOWN:
        found["data_bytes"] = layout.size
    return found


def _of_mp3(head: bytes) -> dict[str, Any]:
    """Return the frames of padding before and after the audio of an mp3, from its LAME header."""
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if not head.startswith((b"ID3", b"\xff")) or at < 0 or at + 8 > len(head):
        return {}
    lame = at + 8 + sum(size for bit, size in _XING_FIELDS if head[at + 7] & bit)
    padding = int.from_bytes(head[lame + _LAME_PADDING : lame + _LAME_PADDING + 3], "big")
    return {"padding": [padding >> 12, padding & 0xFFF]} if padding else {}


def _of_opus(head: bytes) -> dict[str, Any]:
    """Return the frames at 48 kHz that a decoder of Opus must drop from the beginning."""
    at = head.find(b"OpusHead", 0, 64)
    return {"preskip": int.from_bytes(head[at + 10 : at + 12], "little")} if at >= 0 else {}
