"""The flags of the global backend: how the releases differ in it, as data."""

from __future__ import annotations

import dataclasses

from dispatcher import settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings(settings.Settings):
    """The flags that ``legacy`` reads, and those of ``dispatcher``."""

    legacy_order: tuple[str, ...] = ("sox_io", "soundfile")
    """The order in which an import of torchaudio tries the global backends. If none works, there is
    no global backend, and `load`, `info` and `save` raise RuntimeError.
    """

    sox_io_file_objects: bool = True
    """The global sox_io backend accepts file objects, with a warning. In 2.0; from 2.1 on they
    raise RuntimeError.
    """

    sox_io_ffmpeg: bool = True
    """The global sox_io backend lets FFmpeg read files that libsox cannot read, and all mp3 file
    objects. In 2.0; from 2.1 on it does not.
    """

    sox_io_stand_in: bool = True
    """If libsox is missing, `set_audio_backend('sox_io')` uses soundfile instead, with a warning.
    In no release: wheels up to 2.0 contained libsox, so old code never checks whether it is there.
    """
