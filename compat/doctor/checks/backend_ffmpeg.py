"""The backend `ffmpeg`: PyAV, and the FFmpeg in its wheel.

Shows FFmpeg's version, the licences of its build, and which of the usual codecs it has.
"""

from collections.abc import Iterator
from typing import Any

from compat.doctor import backends
from compat.doctor.check import Finding, Group, World, check, note


@check(
    title="Backend ffmpeg",
    group=Group.BACKENDS,
    why="It is asked first, and only it reads aac, m4a, wma, webm, videos and URLs.",
)
def backend_ffmpeg(world: World) -> Iterator[Finding]:
    found = backends.finding(world, "ffmpeg", _words, ("decoders", "encoders"))
    yield found
    for action, key in (("decode", "no_decoders"), ("encode", "no_encoders")):
        lacking = found.data.get(key)
        if lacking:
            yield note(
                f"it does not {action} {', '.join(lacking)}",
                why="This FFmpeg was built without them, like many builds of distributions.",
                subject="av",
                data={key: lacking},
            )


def _words(told: dict[str, Any]) -> str:
    ffmpeg = (
        f"FFmpeg {told['ffmpeg']}"
        if told["ffmpeg"]
        else f"libavcodec {told['libraries'].get('libavcodec', '?')}"
    )
    licences = f", {' and '.join(told['licences'])}" if told["licences"] else ""
    return (
        f"PyAV {told['av']}, {ffmpeg}{licences}; decodes {len(told['decoders'])} "
        f"and encodes {len(told['encoders'])} of the codecs in use"
    )
