"""Warn of WAV and VOC files whose samples FFmpeg takes for others."""

from typing import Any

from dispatcher import notices
from dispatcher.backends.ffmpeg import pcm
from dispatcher.errors import describe
from dispatcher.reading.opened import look

_TAG, _EXTENSIBLE = slice(20, 22), b"\xfe\xff"  # where most files have the format's number
_AUDITION = "pcm_f24le"  # Adobe Audition's floats; other programs write integers with this header
_VOC_PACKET = 2048  # bytes
_G721, _G726 = b"\x40\0", "g726"


def tell(uri: Any, place: Any, stream: Any) -> None:
    """Warn if FFmpeg most likely makes noise of a file.

    Args:
        uri: what the caller named.
        place: the open file, or what FFmpeg reads from.
        stream: the stream of sound.
    """
    demuxer, decoder = stream.container.format.name, stream.codec_context.name
    if demuxer not in ("wav", "voc"):
        return
    head = look(place, lambda file: file.head, 0) or b""
    if decoder == _AUDITION:
        why = "reads its 24-bit samples, stored in 32 bits each, as float numbers"
    elif head.startswith(b"RIFX"):
        why = "reads its samples in the wrong byte order (it is RIFX)"
    elif decoder == _G726 and head[_TAG] == _G721:
        why = "reads the two samples of each byte in the wrong order (it is G.721)"
    elif demuxer == "voc" and _VOC_PACKET % (pcm.frame_bytes(stream) or 1):
        why = f"loses the end of each {_VOC_PACKET} bytes, which are no whole number of frames"
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
