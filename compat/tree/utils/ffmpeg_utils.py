"""``torchaudio.utils.ffmpeg_utils``, until 2.8; here it describes the FFmpeg of PyAV."""

import contextlib
import operator
from collections.abc import Iterator
from typing import Any, Literal

from compat.contents import parts
from compat.contents.submodule import Context, Submodule
from dispatcher.lazily import av

_VERSIONS = ("libavcodec", "libavdevice", "libavfilter", "libavformat", "libavutil")
# Only C code can list FFmpeg's protocols. So each name is tried, with every protocol forbidden so
# that none is opened.
_PROTOCOLS = (
    "async", "bluray", "cache", "concat", "concatf", "crypto", "data", "fd", "ffrtmpcrypt",
    "ffrtmphttp", "file", "ftp", "gopher",
    "gophers", "hls", "http", "httpproxy", "https", "icecast", "ipfs", "ipns", "md5", "mmsh",
    "mmst", "pipe", "prompeg", "rtmp",
    "rtmpe", "rtmps", "rtmpt", "rtmpte", "rtmpts", "rtp", "sctp", "srtp", "subfile", "tcp", "tee",
    "tls", "udp", "udplite", "unix",
)  # fmt: skip


def _formats(*, writing: bool) -> dict[str, str]:
    formats = {name: av.ContainerFormat(name) for name in sorted(av.formats_available)}
    return {
        name: kind.long_name
        for name, kind in formats.items()
        if (kind.is_output if writing else kind.is_input)
    }


def _codecs(kind: str, *, writing: bool) -> dict[str, str]:
    found = {}
    for name in sorted(av.codecs_available):
        with contextlib.suppress(av.codec.codec.UnknownCodecError):
            codec = av.Codec(name, "w" if writing else "r")
            if codec.type == kind:
                found[codec.name] = codec.long_name
    return found


def _protocols(mode: Literal["r", "w"]) -> Iterator[str]:
    for name in _PROTOCOLS:
        try:
            av.open(
                f"{name}:", mode, format="wav", container_options={"protocol_whitelist": "none"}
            ).close()
        except av.error.ProtocolNotFoundError:
            continue
        except (av.FFmpegError, ValueError, OSError):
            pass
        yield name


def get_versions() -> dict[str, tuple[int, ...]]:
    """Return the versions of five of FFmpeg's libraries by name: major, minor, micro."""
    return {name: av.library_versions[name] for name in _VERSIONS if name in av.library_versions}


def get_build_config() -> str:
    """Return the options with which FFmpeg was built."""
    from av import _core

    libraries: dict[str, Any] = getattr(_core, "library_meta", {})
    return next((str(library["configuration"]) for library in libraries.values()), "")


def get_log_level() -> int:
    """Return FFmpeg's log level; 8, as in the releases, before it is set."""
    level = av.logging.get_level()
    return 8 if level is None else int(level)


def set_log_level(level: int) -> None:
    """Set FFmpeg's log level: -8 quiet, 8 fatal, 16 errors, 24 warnings, 32 information, to 56."""
    av.logging.set_level(operator.index(level))


def clear_cuda_context_cache() -> None:
    """Do nothing: no CUDA context is kept here. In 2.1 and later."""


def get_demuxers() -> dict[str, str]:
    """Return the containers that FFmpeg reads, by name, with their descriptions."""
    return _formats(writing=False)


def get_muxers() -> dict[str, str]:
    """Return the containers that FFmpeg writes, by name, with their descriptions."""
    return _formats(writing=True)


def get_audio_decoders() -> dict[str, str]:
    """Return the audio codecs that FFmpeg decodes, by name, with their descriptions."""
    return _codecs("audio", writing=False)


def get_audio_encoders() -> dict[str, str]:
    """Return the audio codecs that FFmpeg encodes, by name, with their descriptions."""
    return _codecs("audio", writing=True)


def get_video_decoders() -> dict[str, str]:
    """Return the video codecs that FFmpeg decodes, by name, with their descriptions."""
    return _codecs("video", writing=False)


def get_video_encoders() -> dict[str, str]:
    """Return the video codecs that FFmpeg encodes, by name, with their descriptions."""
    return _codecs("video", writing=True)


def get_input_devices() -> dict[str, str]:
    """Return the devices that FFmpeg records from: none here."""
    return {}


def get_output_devices() -> dict[str, str]:
    """Return the devices that FFmpeg plays to: none here."""
    return {}


def get_input_protocols() -> list[str]:
    """Return the protocols this FFmpeg can read; ``load`` opens only files, http and https."""
    return list(_protocols("r"))


def get_output_protocols() -> list[str]:
    """Return the protocols that this FFmpeg can write; ``save`` writes only files."""
    return list(_protocols("w"))


def names(context: Context) -> dict[str, Any]:
    """Return every function of this file whose name begins so."""
    begins = ("get_", "set_", "clear_")
    return {name: value for name, value in globals().items() if name.startswith(begins)}


SUBMODULE = Submodule(names, goes_in_2_9=True, stands_in=True, works=parts.ffmpeg_works)
