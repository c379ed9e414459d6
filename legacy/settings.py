"""The flags of the global backend: how the releases differ in it, as data."""

from __future__ import annotations

import dataclasses

from dispatcher import settings
from dispatcher.settings import flag


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """The flags that ``legacy`` reads, and those of ``dispatcher``."""

    legacy_order: tuple[str, ...] = flag(
        ("sox_io", "soundfile"),
        "The order in which the global backend is chosen at import. If none works, none is chosen, and load, info and save "
        "raise RuntimeError.",
    )
    sox_io_file_objects: bool = flag(
        True,
        "The global sox_io backend takes file objects, with a warning, as in 2.0. From 2.1 on it raises RuntimeError for them.",
    )
    sox_io_ffmpeg: bool = flag(
        True,
        "The global sox_io backend lets FFmpeg read mp3 file objects, and whatever libsox cannot read, as in 2.0. From 2.1 on it "
        "lets libsox fail.",
    )
    sox_io_stand_in: bool = flag(
        True,
        "If libsox is missing, `set_audio_backend('sox_io')` uses soundfile in its place, with a warning. No release did this: "
        "wheels up to 2.0 contained libsox, so code that names sox_io never had to check.",
    )
