"""Warn of WAV files whose samples FFmpeg takes for others."""

from __future__ import annotations

from typing import Any

from dispatcher import backend, notices
from dispatcher.errors import describe
from dispatcher.reading import file_objects

_TAG, _EXTENSIBLE = slice(20, 22), b"\xfe\xff"  # where most files have the format's number
_AUDITION = "pcm_f24le"  # Adobe Audition's floats; other programs write integers with this header


def tell(uri: Any, file: Any, demuxer: str, decoder: str) -> None:
    """Warn if FFmpeg most likely makes noise of a file.

    Args:
        uri: what the caller named.
        file: the open file object, or the path that FFmpeg opened.
        demuxer: the name of FFmpeg's demuxer.
        decoder: the name of FFmpeg's decoder.
    """
    if demuxer != "wav":
        return
    head = _beginning(file)
    if decoder == _AUDITION:
        why = "reads its 24-bit samples, stored in 32 bits each, as float numbers"
    elif head.startswith(b"RIFX"):
        why = "reads its samples in the wrong byte order (it is RIFX)"
    else:
        return
    # without the extension libsndfile takes them for samples of three bytes
    sure = decoder != _AUDITION or head[_TAG] == _EXTENSIBLE
    step = (
        "Use backend='soundfile', which reads it correctly"
        if sure
        else "`python -m compat.doctor FILE` compares what each backend gives"
    )
    notices.warn(
        f"FFmpeg {why}: {describe(uri)} may come out as noise. {step}", notices.MisreadInputWarning
    )


def _beginning(file: Any) -> bytes:
    try:
        if not backend.is_readable(file):
            path = file.removeprefix("file:")
            if not file_objects.is_regular(path):  # a pipe gives its bytes only once
                return b""
            with open(path, "rb") as opened:
                return opened.read(_TAG.stop)
        here = file.tell()
        file.seek(0)
        found = file.read(_TAG.stop)
        file.seek(here)
    except (OSError, ValueError):
        return b""
    return bytes(found)
