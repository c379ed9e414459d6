"""The backends: their names in each interface of torchaudio, and what has to be installed for them.

The drop-in, the doctor, the codemod, the audit and the guide read this table. It says nothing about
how a backend works: ``dispatcher.backends`` has one file for each, and finds them by scanning.
``compat/doctor/probes/backend.py`` and ``compat/doctor/checks/backend_NAME.py`` open each.
"""

from typing import NamedTuple


class Backend(NamedTuple):
    """One backend of torchaudio.

    Attributes:
        name: the name for ``backend=``.
        class_name: its class in ``torchaudio._backend``.
        library: the library that decodes and encodes.
        part: what has to be installed: the package on PyPI that holds or opens the library, or the
            library itself where none does; empty if nothing has to. The doctor calls the backend's
            findings by it.
        global_name: the name for ``set_audio_backend``; empty if it has no global backend.
    """

    name: str
    class_name: str
    library: str
    part: str
    global_name: str = ""


# in the order in which calls that name no backend ask them
BACKENDS = {
    backend.name: backend
    for backend in (
        Backend("ffmpeg", "FFmpegBackend", "FFmpeg", "av"),
        Backend("sox", "SoXBackend", "libsox", "libsox", "sox_io"),
        Backend("soundfile", "SoundfileBackend", "libsndfile", "soundfile", "soundfile"),
    )
}
PER_CALL = tuple(BACKENDS)

# name for `set_audio_backend` -> name for `backend=`
GLOBAL = {one.global_name: one.name for one in BACKENDS.values() if one.global_name}
# the same, where the two differ
RENAMED = {old: new for old, new in GLOBAL.items() if old != new}

# the packages from PyPI that backends need, the quickest to import first
PACKAGES = tuple(
    one.part for one in reversed(BACKENDS.values()) if one.part not in ("", one.library)
)


def is_installed_apart(name: str) -> bool:
    """Return whether a backend needs anything that has to be installed."""
    return name in BACKENDS and bool(BACKENDS[name].part)


def part(name: str) -> str:
    """Return what has to be installed for a backend; its own name if nothing has to."""
    return BACKENDS[name].part if is_installed_apart(name) else name
