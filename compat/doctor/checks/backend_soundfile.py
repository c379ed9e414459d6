"""The backend `soundfile`: python-soundfile and the libsndfile that it loads.

Shows both versions, the formats, and the path of the loaded library if the system reveals it.
"""

from collections.abc import Iterator
from typing import Any

from compat.diagnosis.machine import pip
from compat.doctor import backends
from compat.doctor.check import Finding, Group, Mend, World, check, note


@check(
    title="Backend soundfile",
    group=Group.BACKENDS,
    why="It is the fastest backend for wav and flac, and replaces sox_io if libsox is missing.",
)
def backend_soundfile(world: World) -> Iterator[Finding]:
    found = backends.finding(world, "soundfile", _words, ("formats", "subtypes"))
    yield found
    if found.data.get("formats") and "MP3" not in found.data["formats"]:
        yield note(
            f"libsndfile {found.data['libsndfile']} has no MP3, which came with 1.1",
            why="The other backends then read and write mp3.",
            mend=Mend("Take the wheel's libsndfile", pip("--upgrade", "soundfile")),
            subject="soundfile",
        )


def _words(told: dict[str, Any]) -> str:
    usual = (name.lower() for name in ("WAV", "FLAC", "OGG", "MP3") if name in told["formats"])
    return (
        f"soundfile {told['soundfile']}, libsndfile {told['libsndfile']}, {len(told['formats'])} "
        f"formats ({', '.join(usual)})"
    )
