"""Warn of WAV files whose samples FFmpeg takes for others."""

from typing import Any

from dispatcher import notices
from dispatcher.errors import describe
from dispatcher.reading.opened import look

_TAG, _EXTENSIBLE = slice(20, 22), b"\xfe\xff"  # where most files have the format's number
_AUDITION = "pcm_f24le"  # Adobe Audition's floats; other programs write integers with this header
_G721, _G726 = b"\x40\0", "g726"


def tell(uri: Any, place: Any, demuxer: str, decoder: str) -> None:
    """Warn if FFmpeg most likely makes noise of a file.

    Args:
        uri: what the caller named.
        place: the open file, or what FFmpeg reads from.
        demuxer: the name of FFmpeg's demuxer.
        decoder: the name of FFmpeg's decoder.
    """
    if demuxer != "wav":
        return
    head = look(place, lambda file: file.head, 0) or b""
    if decoder == _AUDITION:
        why = "reads its 24-bit samples, stored in 32 bits each, as float numbers"
    elif head.startswith(b"RIFX"):
        why = "reads its samples in the wrong byte order (it is RIFX)"
    elif decoder == _G726 and head[_TAG] == _G721:
        why = "reads the two samples of each byte in the wrong order (it is G.721)"
    else:
        return
    # without the extension libsndfile takes them for samples of three bytes; of G.721 nobody knows
    sure = decoder not in (_AUDITION, _G726) or head[_TAG] == _EXTENSIBLE
    step = (
        "Use backend='soundfile', which reads it correctly"
        if sure
        else "`python -m compat.doctor FILE` compares what each backend gives"
    )
    notices.warn(
        f"{describe(uri)} may decode to noise: FFmpeg {why}. {step}", notices.MisreadInputWarning
    )
