"""The backend `ffmpeg`: PyAV, and the FFmpeg in its wheel.

Shows FFmpeg's version, the licences of its build, and which of the usual codecs it has.
"""

from collections.abc import Iterator
from typing import Any

from compat.doctor import backends
from compat.doctor.check import Finding, Group, World, check


@check(
    title="Backend ffmpeg",
    group=Group.BACKENDS,
    why="It is asked first, and only it reads aac, m4a, wma, webm, videos and URLs.",
)
def backend_ffmpeg(world: World) -> Iterator[Finding]:
    yield backends.finding(world, "ffmpeg", _words, ("decoders", "encoders"))


def _words(told: dict[str, Any]) -> str:
    ffmpeg = (
        f"FFmpeg {told['ffmpeg']}"
        if told["ffmpeg"]
        else f"libavcodec {told['libraries'].get('libavcodec', '?')}"
    )
    licences = f", {' and '.join(told['licences'])}" if told["licences"] else ""
    lacking = [*told["no_decoders"], *told["no_encoders"]]
    without = f", not {', '.join(lacking)}" if lacking else ""
    return (
        f"PyAV {told['av']}, {ffmpeg}{licences}; decodes {len(told['decoders'])} "
        f"and encodes {len(told['encoders'])} of the codecs in use{without}"
    )
