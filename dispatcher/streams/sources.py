"""Open what a caller names, so that it opens nothing else.

A path or a file object opens only itself; an address or a format only what its kind needs.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dispatcher.backends.ffmpeg import container, demuxers
from dispatcher.errors import ArgumentTypeError, BackendError
from dispatcher.lazily import av
from dispatcher.reading import file_objects, web
from dispatcher.settings import Settings
from dispatcher.streams import options

_SCHEME = re.compile(r"([a-z][a-z0-9]*)://", re.IGNORECASE)


class Kind(NamedTuple):
    """What addresses of one scheme need: FFmpeg's protocols, and demuxers beside the safe ones."""

    protocols: str
    demuxers: str = ""


# the addresses in a playlist must have the scheme of its own address
KINDS = {
    "http": Kind("http,tcp"),
    "https": Kind("https,http,tls,tcp"),
    "rtmp": Kind("rtmp,tcp"),
    "rtmps": Kind("rtmps,rtmp,tls,tcp"),
    "rtmpt": Kind("rtmpt,ffrtmphttp,http,tcp"),
    "rtsp": Kind("rtp,udp,tcp", "rtsp,rtp,sdp"),
    "rtsps": Kind("rtp,udp,tls,tcp", "rtsp,rtp,sdp"),
    "rtp": Kind("rtp,udp", "rtp,sdp"),
    "udp": Kind("udp"),
    "tcp": Kind("tcp"),
    "tls": Kind("tls,tcp"),
    "unix": Kind("unix"),
    "srt": Kind("srt,udp"),
    "ftp": Kind("ftp,tcp"),
    "mmsh": Kind("mmsh,http,tcp"),
    "mmst": Kind("mmst,tcp"),
    "icecast": Kind("icecast,http,tcp"),
}
# names of options that FFmpeg 4 to 6 knew, and FFmpeg 7 removed
_CHANNELS = ("channels", "ac")
_LAYOUT = "channel_layout"
_NEW_NAME = "ch_layout"


def _is_device(format: str | None) -> bool:
    """Return whether a format opens its source itself: a device, ``lavfi``, numbered pictures."""
    try:
        return format is not None and av.ContainerFormat(format, "r").no_file
    except ValueError:
        return False


def next_step(format: str | None) -> str:
    """Return advice for a source of a named format that does not open; "" for a plain file."""
    if format is None:
        return ""
    try:
        kind = av.ContainerFormat(format, "r")
    except ValueError:
        listed = (
            "compat.utils.ffmpeg_utils.get_demuxers() lists its formats, and get_input_devices() "
            "its devices"
        )
        return f"; this FFmpeg reads no format {format!r}: {listed}"
    return (
        "; check that the device is there, and that you may read it"
        if kind.no_file and format != "lavfi"
        else ""
    )


def locate(src: Any, format: str | None, settings: Settings) -> tuple[Any, str, tuple[str, ...]]:
    """Return a source as FFmpeg is to open it, the protocols that it needs, and its demuxers.

    Raises:
        ArgumentTypeError: (a TypeError) it is neither a path, an address, bytes nor a file object.
        OSError: a file object refuses to seek.
    """
    named = (format,) if format else ()
    if isinstance(src, (bytes, bytearray, memoryview)):
        return io.BytesIO(src), "", named
    if file_objects.is_readable(src):
        return file_objects.as_it_comes(src, settings), "", named
    # 2.0 took the content of a file as a uint8 tensor
    if type(src).__name__ == "Tensor" and hasattr(src, "numpy"):
        return io.BytesIO(src.numpy().tobytes()), "", named
    if not isinstance(src, (str, os.PathLike)):
        raise ArgumentTypeError(
            f"{type(src).__name__} is neither a path, an address, bytes nor a file object"
        )
    text = os.fsdecode(src)
    if _is_device(format):
        return text, "file", named
    scheme = _SCHEME.match(text)
    kind = KINDS.get(scheme[1].lower()) if scheme else None
    if kind is not None:
        own = filter(None, kind.demuxers.split(","))
        return text, kind.protocols, (*named, *own, *container.list_demuxers(text))
    return *container.place(text), named


def newer_options(option: Mapping[str, str] | None, format: str | None) -> dict[str, str]:
    """Return options under the names that today's FFmpeg has for them; a device keeps its own."""
    found = {str(name): str(value) for name, value in (option or {}).items()}
    if _is_device(format):
        return found
    for name in _CHANNELS:
        if name in found and _NEW_NAME not in found:
            found[_NEW_NAME] = f"{found.pop(name)}c"
    if _LAYOUT in found and _NEW_NAME not in found:
        found[_NEW_NAME] = found.pop(_LAYOUT)
    return found


def opened(
    src: Any,
    format: str | None,
    option: Mapping[str, str] | None,
    buffer_size: int,
    settings: Settings,
) -> tuple[av.container.InputContainer, file_objects.Reader | None, Callable[[], None]]:
    """Open a source within ``interrupts.deferred``.

    Returns:
        Its container, the reader of a file object or ``None``, and what closes the container.
    """
    file, protocols, named = locate(src, format, settings)
    if buffer_size <= 0:
        raise BackendError(f"buffer_size is {buffer_size}, and must be positive")
    allowed = ",".join(
        (demuxers.allowed(settings), *(demuxers.named(name) or "" for name in named))
    )
    asked = newer_options(option, format)
    unknown = options.unknown(asked) if asked else ()
    if unknown:
        raise BackendError(f"FFmpeg has no option {', '.join(map(repr, unknown))} for a source")
    remote = None
    try:
        if web.is_address(file) and not container.list_demuxers(file):
            # Options may be meant for FFmpeg's own protocol. Then FFmpeg gets the address after
            # redirects, and follows none itself.
            if asked:
                file = web.settled(file, settings)
            else:
                remote = web.Remote(file, settings)
                with contextlib.suppress(web.NotSpokenError):
                    remote.ask()
                    file, protocols = remote.reader(), ""
        found = container.kept_open(
            container.Opening(file, protocols, allowed, format, buffer_size, settings, asked)
        )
    except BaseException:
        if remote is not None:
            remote.close()
        raise
    reader = file if isinstance(file, file_objects.Reader) else None
    return found, reader, found.close if remote is None else lambda: _close(found, remote)


def _close(container: av.container.InputContainer, remote: web.Remote) -> None:
    """Close a container and the file on a server that it reads."""
    container.close()
    remote.close()
