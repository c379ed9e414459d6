"""The command of FFmpeg that makes one plain file of what no backend reads as a whole."""

from __future__ import annotations

import pathlib

from compat.doctor.findings import Mend
from compat.doctor.machine import quoted

_TEXT = "Convert it with the ffmpeg command"


def to_one(path: str, rate: int = 0, text: str = _TEXT) -> Mend:
    """Convert to PCM, at one sample rate (Hz) where one is given, beside the file."""
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    rates = ("-ar", str(rate)) if rate else ()
    return Mend(text, (f"ffmpeg -i {quoted(path, *rates, '-c:a', 'pcm_s16le', made)}",))
