"""Open one backend of ``dispatcher`` and report what its library can do."""

import pathlib
import re
from typing import Any

from dispatcher.errors import BackendUnavailable
from dispatcher.lazily import av
from dispatcher.registry import Registry

# the codecs in common use; FFmpeg may have others as well
_DECODERS = (
    "mp3",
    "aac",
    "opus",
    "vorbis",
    "flac",
    "alac",
    "amrnb",
    "amrwb",
    "gsm",
    "wmav2",
    "ac3",
    "pcm_mulaw",
    "pcm_alaw",
)
_ENCODERS = (
    "libmp3lame",
    "aac",
    "libopus",
    "flac",
    "alac",
    "libopencore_amrnb",
    "ac3",
    "pcm_s16le",
)


def probe(task: str) -> dict[str, Any]:
    """Return what the backend ``task`` has or, under ``unavailable``, why it does not open."""
    try:
        backend = Registry([task]).get(task)
    except BackendUnavailable as why:
        return {"unavailable": why.reason, "tried": list(why.tried), "mend": why.mend}
    return _ASK[task](backend) if task in _ASK else {}


def _ffmpeg(backend: Any) -> dict[str, Any]:
    # some releases of PyAV lack these names
    core = getattr(av, "_core", None)
    meta = getattr(core, "library_meta", {})
    return {
        "av": av.__version__,
        "ffmpeg": str(getattr(core, "ffmpeg_version_info", "")),
        "file": str(av.__file__),
        "libraries": {
            name: ".".join(map(str, version))
            for name, version in sorted(av.library_versions.items())
        },
        "licences": sorted(
            {str(about.get("license")) for about in meta.values() if about.get("license")}
        ),
        "decoders": [name for name in _DECODERS if _has(av, name, "r")],
        "no_decoders": [name for name in _DECODERS if not _has(av, name, "r")],
        "encoders": [name for name in _ENCODERS if _has(av, name, "w")],
        "no_encoders": [name for name in _ENCODERS if not _has(av, name, "w")],
    }


def _has(av: Any, name: str, mode: str) -> bool:
    try:
        av.Codec(name, mode)
    except Exception:  # noqa: BLE001 - its class differs between releases of PyAV
        return False
    return True


def _soundfile(backend: Any) -> dict[str, Any]:
    import soundfile

    return {
        "soundfile": soundfile.__version__,
        "libsndfile": soundfile.__libsndfile_version__,
        "file": _loaded("sndfile"),
        "formats": sorted(soundfile.available_formats()),
        "subtypes": sorted(soundfile.available_subtypes()),
    }


def _sox(backend: Any) -> dict[str, Any]:
    from dispatcher.backends.sox import formats

    sox = backend.library
    return {
        "libsox": sox.version,
        "asked": sox.path,
        "file": _loaded("libsox.") or sox.path,
        "reads": sorted(formats.names(sox, writing=False)),
        "writes": sorted(formats.names(sox, writing=True)),
    }


def _loaded(part: str) -> str:
    """Return the path of a library that this process has loaded, if the system reveals it."""
    maps = pathlib.Path("/proc/self/maps")
    if not maps.exists():
        return ""
    found = re.search(
        rf"(/\S*{re.escape(part)}[^/\n]*)$", maps.read_text("utf-8", "replace"), re.MULTILINE
    )
    return found[1] if found else ""


_ASK = {"ffmpeg": _ffmpeg, "soundfile": _soundfile, "sox": _sox}
