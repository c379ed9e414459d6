"""List torchaudio's old names, by their full path, as data."""

import enum
from collections.abc import Iterable
from typing import NamedTuple

from compat.names import backends, removed, wheel_names
from compat.names.removed import AUTOMATIC, BEFORE_2_0, LOAD_WAV

ROOT = "torchaudio"
TORIO = "torio"  # a separate package in torchaudio's wheel from 2.2 to 2.8
FUNCTIONS = ("info", "load", "save")
PER_CALL_NAMES = backends.GLOBAL
VARIABLE = "TORCHAUDIO_USE_BACKEND_DISPATCHER"

LEGACY_PARAMETERS: dict[str, tuple[str, ...]] = {
    "load": ("filepath", "frame_offset", "num_frames", "normalize", "channels_first", "format"),
    "save": (
        "filepath",
        "src",
        "sample_rate",
        "channels_first",
        "compression",
        "format",
        "encoding",
        "bits_per_sample",
    ),
    "info": ("filepath", "format"),
}

# parameters that later releases rename or lack
OLD_PARAMETERS = frozenset({"filepath", "precision", "offset", "normalization", "out"})
# what 2.9 lacks, of the old names at the top; `compat` has it
LOST_IN_2_9 = ("info", "AudioMetaData", "list_audio_backends")

# the modules that have the setter
HOMES = (ROOT, f"{ROOT}.backend", f"{ROOT}.backend.utils")

# how many positional arguments come before `backend` from 2.1 on
PER_CALL_POSITION = {"load": 7, "save": 8, "info": 3}


class Kind(enum.Enum):
    """The kind of an old name."""

    FUNCTION = "load, save or info"
    BACKEND_FUNCTION = "one of them in a backend's module"
    LOAD_WAV = "load_wav"
    SETTER = "set_audio_backend"
    GETTER = "get_audio_backend"
    LISTER = "list_audio_backends"
    METADATA = "AudioMetaData"
    OLD_METADATA = "AudioMetaData by its old path"
    FLAG = "USE_SOUNDFILE_LEGACY_INTERFACE"
    BUFFER_SIZE = "set_buffer_size of libsox"


class Known(NamedTuple):
    """What a full path means: its kind, its plain name and, in a backend's module, that backend.

    The backend has its per-call name.
    """

    kind: Kind | None
    name: str
    backend: str = ""


KNOWN = {
    **{f"{ROOT}.{name}": Known(Kind.FUNCTION, name) for name in FUNCTIONS},
    **{
        f"{ROOT}.backend.{global_name}_backend.{name}": Known(Kind.BACKEND_FUNCTION, name, backend)
        for global_name, backend in PER_CALL_NAMES.items()
        for name in FUNCTIONS
    },
    **{
        f"{home}.{name}": Known(kind, name)
        for home in HOMES
        for name, kind in (
            ("set_audio_backend", Kind.SETTER),
            ("get_audio_backend", Kind.GETTER),
            ("list_audio_backends", Kind.LISTER),
        )
    },
    **{
        f"{ROOT}.{path}": Known(kind, path.rpartition(".")[2])
        for path, kind in (
            ("backend.common.AudioMetaData", Kind.OLD_METADATA),
            ("AudioMetaData", Kind.METADATA),
            ("load_wav", Kind.LOAD_WAV),
            *((f"backend.{name}_backend.load_wav", Kind.LOAD_WAV) for name in PER_CALL_NAMES),
            ("USE_SOUNDFILE_LEGACY_INTERFACE", Kind.FLAG),
            ("utils.sox_utils.set_buffer_size", Kind.BUFFER_SIZE),
        )
    },
}
UNKNOWN = Known(None, "")
# names worth reporting if a mock or a shim replaces them
REPLACEABLE = frozenset(known.name for path, known in KNOWN.items() if path.count(".") == 1) | {
    "backend"
}

# Prefix of a path -> what to do if the target lacks it. The wheels tell which paths those are.
ADVICE = {
    name if name.startswith(TORIO) else f"{ROOT}.{name}": fate.moving
    for name, fate in removed.FATES.items()
    if fate.moving
}
# Paths that 2.0 lacks too -> what to do. Another rule handles load_wav.
EARLIER = {
    f"{ROOT}.{name}": lost.advice
    for name, lost in {**BEFORE_2_0, **removed.BESIDE_IO}.items()
    if lost is not LOAD_WAV
}
NEEDLESS = frozenset(f"{ROOT}.{name}" for name, lost in BEFORE_2_0.items() if lost is AUTOMATIC)


# the releases that code can be moved to
RELEASES = {"2.1": (2, 1), "2.2": (2, 2), "2.9": (2, 9)}


def is_ours(path: str) -> bool:
    """Return whether a dotted name is torchaudio or something in it."""
    return f"{path}.".startswith(f"{ROOT}.")


def has(path: str, target: str) -> bool | None:
    """Return whether the target's torchaudio has a path; ``None`` if its wheels do not tell."""
    full = name = path.removeprefix(f"{ROOT}.")
    while name and not wheel_names.releases_of(name):
        name = name.rpartition(".")[0]
    if not name:
        return False if f"{ROOT}.{full}" in (*EARLIER, f"{ROOT}.load_wav") else None
    if wheel_names.has(name, target):
        return True if name == full else None
    home = name.rpartition(".")[0]
    return None if wheel_names.has(f"{home}.__getattr__", target) else False


def is_module(path: str) -> bool:
    """Return whether a path is a module of torchaudio in any release."""
    below = f"{path.removeprefix(f'{ROOT}.')}."
    return any(name.startswith(below) for name in wheel_names.table().spans)


def lost(path: str, target: str) -> str | None:
    """Return what to do about a path that a target has lost.

    Return ``None`` if the target has it, or if no release since 2.0 had it.
    """
    if not is_ours(path) or has(path, target) is not False or path in KNOWN or earlier(path):
        return None
    return gone(path) or "Keep a copy of what you use from it, or stay at the release that has it."


def is_old(path: str, target: str) -> bool:
    """Return whether a path is outdated for a target.

    It is if the target lacks it or a part it begins with, or if code is moved to another way there.
    """
    if not path.startswith(f"{ROOT}."):
        return False
    names = path.split(".")
    found = (KNOWN.get(".".join(names[:count])) for count in range(2, len(names) + 1))
    moved = any(
        known and known.kind not in (Kind.FUNCTION, Kind.METADATA, Kind.LISTER, Kind.BUFFER_SIZE)
        for known in found
    )
    return moved or has(path, target) is False or earlier(path) is not None


def earlier(path: str) -> str | None:
    """Return the name in ``EARLIER`` that a path equals or begins with."""
    return _begins(path, EARLIER)


def gone(path: str) -> str | None:
    """Return what to do about a missing path; ``None`` if no advice is known."""
    name = _begins(path, ADVICE)
    return None if name is None else ADVICE[name]


def _begins(path: str, names: Iterable[str]) -> str | None:
    return next((name for name in names if f"{path}.".startswith(f"{name}.")), None)
