"""The ffmpeg command that converts a file that no backend reads whole."""

import pathlib

from compat.commands import shell
from compat.diagnosis.findings import Mend

_TEXT = "Convert it with the ffmpeg command"


def to_one(path: str, rate: int = 0, text: str = _TEXT) -> Mend:
    """Return the command that writes PCM beside the file, at ``rate`` Hz if given."""
    made = str(pathlib.PurePath(path).with_suffix(".converted.wav"))
    rates = ("-ar", str(rate)) if rate else ()
    return Mend(text, shell.lines("ffmpeg", "-i", path, *rates, "-c:a", "pcm_s16le", made))
