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

    bundled_libsox: bool = False
    """The global sox_io backend lets FFmpeg read mp3, mp2, AMR, GSM and Opus, by the format or
    extension that the call names, as the wheels of 0.12 to 2.0 did: the libsox in them cannot read
    these. Without FFmpeg it refuses them. If the flag is off, the system's libsox reads them, as
    with `backend="sox"`, and keeps the padding of an mp3. Off in every release; turn it on, with
    2.0, if your program ran on such a wheel.
    """

    sox_io_stand_in: bool = True
    """If libsox is missing, `set_audio_backend('sox_io')` uses soundfile instead, with a warning.
    In no release: wheels up to 2.0 contained libsox, so old code never checks whether it is there.
    """
