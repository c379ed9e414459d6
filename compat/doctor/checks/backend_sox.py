"""The backend `sox`: which libsox is loaded, its version, and the formats that it reads and writes.

libsox is optional: it comes from the system or from conda, never from PyPI. If none is found, a
note lists what was tried. If one is there or asked for and does not load, that is an error.
"""

import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from compat.diagnosis import machine, mends
from compat.doctor import backends
from compat.doctor.check import Finding, Group, Mend, Status, World, check, note

# distributions put these into a package of their own
_WORTH_HAVING = ("mp3", "flac", "ogg", "amr-nb")


@check(
    title="Backend sox",
    group=Group.BACKENDS,
    why="Only it serves some formats of sox_io (sphere, amr, htk, gsm) and the effects; "
    "soundfile can replace it for other formats.",
)
def backend_sox(world: World) -> Iterator[Finding]:
    found = backends.finding(world, "sox", _words, ("reads", "writes"))
    if "unavailable" in found.data:
        yield _unavailable(found)
        return
    yield found
    lacking = [name for name in _WORTH_HAVING if name not in found.data.get("reads", _WORTH_HAVING)]
    if lacking:
        yield note(
            f"it does not read {', '.join(lacking)}",
            why="Distributions put these formats into a separate package.",
            mend=mends.library("libsox.so"),
            subject="libsox",
            data={"lacking": lacking},
        )


def _unavailable(found: Finding) -> Finding:
    """Return the finding for a libsox that does not open: a note if none exists, else an error."""
    # here, since a folder of the user's may have the name of our package; this loads no libsox
    from dispatcher.backends.sox.library import SOX_NG, VARIABLE

    chosen = os.environ.get(VARIABLE)
    tried = found.data.get("tried", ())
    is_ng = any(SOX_NG in attempt for attempt in tried)
    broken = [attempt for attempt in tried if _is_there(attempt)]
    change = found._replace
    if "cffi" in found.data.get("unavailable", ""):
        return change(mend=mends.install("cffi"), cause="no-cffi")
    libsox = mends.library("libsox.so")
    if chosen:
        return change(
            text=f"{VARIABLE} asks for {chosen}, which "
            + (f"is {SOX_NG}, and not used" if is_ng else "does not load"),
            why="While it is set, no other libsox is tried.",
            mend=Mend("Unset it, so that the usual places are searched", machine.unset(VARIABLE)),
            cause="unloadable-libsox",
        )
    if is_ng:
        return change(
            status=Status.NOTE,
            text=f"no libsox here, but {SOX_NG}, which is not used",
            why=f"{SOX_NG} numbers encodings differently, and passes files on to FFmpeg.",
            mend=Mend(
                "Install libsox by conda, since this system's packages have it no more",
                machine.by_conda("install", "-c", "conda-forge", "sox"),
            ),
            cause="no-libsox",
        )
    if broken:
        blamed = _blamed(" ".join(broken))
        return change(
            text="a libsox was found, but it does not load",
            mend=mends.library(blamed) if blamed else found.mend,
            cause="unloadable-libsox",
        )
    return change(status=Status.NOTE, text="no libsox here", mend=libsox, cause="no-libsox")


def _blamed(said: str) -> str:
    """Return the library that an error names as missing; empty if it names none."""
    found = re.search(r"([\w.+-]+\.so[\w.]*): cannot open shared object", said)
    return found[1] if found else ""


def _is_there(attempt: str) -> bool:
    """Return whether the library of a failed attempt exists.

    It does if its path exists, or if the error names another library that is missing.
    """
    name, _, why = attempt.partition(" (")
    if pathlib.Path(name).is_absolute() and pathlib.Path(name).exists():
        return True
    told = any(words in why for words in ("init failed", "invalid ELF", "file too short"))
    return told or _blamed(why) not in ("", name)


def _words(told: dict[str, Any]) -> str:
    return (
        f"libsox {told['libsox']} from {told['file']}, reads {len(told['reads'])} and writes "
        f"{len(told['writes'])} formats"
    )
