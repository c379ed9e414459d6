"""The backend `soundfile`: python-soundfile and the libsndfile that it loads.

Shows both versions, the formats, and the path of the loaded library if the system reveals it.
"""

from collections.abc import Iterator
from typing import Any

from compat.doctor import backends
from compat.doctor.check import Finding, Group, World, check


@check(
    title="Backend soundfile",
    group=Group.BACKENDS,
    why="It is the fastest backend for wav and flac, and replaces sox_io if libsox is missing.",
)
def backend_soundfile(world: World) -> Iterator[Finding]:
    yield backends.finding(world, "soundfile", _words, ("formats", "subtypes"))


def _words(told: dict[str, Any]) -> str:
    usual = (name.lower() for name in ("WAV", "FLAC", "OGG", "MP3") if name in told["formats"])
    return (
        f"soundfile {told['soundfile']}, libsndfile {told['libsndfile']}, {len(told['formats'])} "
        f"formats ({', '.join(usual)})"
    )
