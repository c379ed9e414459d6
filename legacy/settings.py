"""What a release made of the global backend, as data."""

from __future__ import annotations

import dataclasses

from dispatcher import settings
from dispatcher.settings import flag


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """The flags that ``legacy`` reads, with those of ``dispatcher``."""

    legacy_order: tuple[str, ...] = flag(
        ("sox_io", "soundfile"),
        "The order in which the global backend is chosen at import. Where none works there is none, and load, info and save "
        "raise RuntimeError.",
    )
    sox_io_file_objects: bool = flag(
        True,
        "The global sox_io backend takes file objects, with a warning. In 2.0; from 2.1 on they are a RuntimeError.",
    )
    sox_io_ffmpeg: bool = flag(
        True,
        "The global sox_io backend hands over to FFmpeg what libsox cannot read, and mp3 file objects at once. In 2.0; from 2.1 "
        "on it does not.",
    )
    sox_io_stand_in: bool = flag(
        True,
        "Where libsox is missing, `set_audio_backend('sox_io')` takes soundfile in its place, with a warning. Of ours: wheels "
        "up to 2.0 brought libsox along, so code that names it never had to look.",
    )
