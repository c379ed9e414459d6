"""Open containers so that a file cannot make FFmpeg open anything else."""

from __future__ import annotations

import contextlib
import functools
import operator
import os
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from dispatcher import arguments, handles
from dispatcher.backend import Uri
from dispatcher.backends.ffmpeg import demuxers, joints, misread
from dispatcher.errors import ArgumentTypeError, BackendError, NoAudioStreamError
from dispatcher.headers import mpeg
from dispatcher.lazily import av
from dispatcher.reading import file_objects, web
from dispatcher.reading.opened import OpenFile, look, opened
from dispatcher.settings import Settings

# protocols that each scheme needs; FFmpeg opens a TLS connection through its tcp protocol
_PROTOCOLS = {"http": "http,tcp", "https": "https,http,tls,tcp"}

# endings of playlists, and their demuxers; FFmpeg opens the addresses in them
_LISTS = {".m3u8": "hls", ".mpd": "dash"}
_FILE_BUFFER = 1 << 15
_NO_MP3 = {
    True: (
        "it is mp3 in free format, whose frames state no bit rate, and FFmpeg cannot decode "
        "that; use backend='soundfile' or 'sox'"
    ),
    False: (
        "its name says mp3, but FFmpeg finds no frame in it that it can decode; "
        "try backend='soundfile' or 'sox'"
    ),
}
_PYAV_WITHOUT_ERRORS = 19


@functools.cache
def _lenient() -> dict[str, Any]:
    """Return the option that makes PyAV accept tags in any encoding; 19 and later need none."""
    return (
        {"metadata_errors": "ignore"}
        if int(av.__version__.partition(".")[0]) < _PYAV_WITHOUT_ERRORS
        else {}
    )


def place(uri: Uri) -> tuple[str, str]:
    """Return a path or URL as FFmpeg takes it, and the protocols it needs.

    Every path is marked as a file, because FFmpeg takes a path with a colon for a protocol.
    """
    text = os.fsdecode(uri)
    if web.is_address(text):
        return text, _PROTOCOLS[text.partition(":")[0].lower()]
    return f"file:{arguments.as_written(text, os.path.lexists)}", "file"


def local_file(
    uri: Uri, file: OpenFile | None = None
) -> contextlib.AbstractContextManager[OpenFile | None]:
    """Open a regular file by its path, or give ``file`` if it is open already.

    ``None`` for anything else: a URL, a pipe, a path as bytes, a file object.
    """
    usual = isinstance(uri, (str, os.PathLike)) and not file_objects.is_readable(uri)
    path = os.fspath(uri) if usual else None
    if not isinstance(path, str) or web.is_address(path):
        return contextlib.nullcontext()
    return opened(file or arguments.as_written(path, os.path.lexists))


@contextlib.contextmanager
def reading(
    uri: Uri,
    format: str | None,
    buffer_size: int,
    settings: Settings,
    local: OpenFile | None = None,
    *,
    again: bool = False,
) -> Iterator[tuple[av.container.InputContainer, av.AudioStream]]:
    """Open a container, and give it and the audio stream that FFmpeg considers the best.

    ``local`` is the file if it is open already; ``again`` says that the same call has opened it
    before, and has warned.

    Raises:
        BackendError: (a RuntimeError) FFmpeg cannot open it.
        NoAudioStreamError: it holds no audio.
        ArgumentTypeError: ``uri`` is neither a path nor a file object.
        UnseekableError: (an OSError) a file object refuses to seek.
    """
    file: Any
    if file_objects.is_readable(uri):
        file, protocols = file_objects.reader(uri, settings), ""
    else:
        if not isinstance(uri, (str, bytes, os.PathLike)):
            raise ArgumentTypeError(arguments.neither_path_nor_file(uri))
        file, protocols = place(uri)
        if isinstance(uri, bytes) and not settings.bytes_paths:
            raise BackendError(
                "the path is bytes, which releases from 2.2 on do not accept; "
                "pass os.fsdecode(path)"
            )
    size = max(buffer_size, _FILE_BUFFER)
    with (
        served(file, protocols, settings) as (file, protocols),
        open_container(
            Opening(file, protocols, demuxers.allowed(settings), format, size, settings)
        ) as container,
    ):
        stream: Any = container.streams.best("audio")
        if stream is None and container.format.name == "mp3":
            raise NoAudioStreamError(_NO_MP3[_is_free_format(file)])
        if stream is None:
            raise NoAudioStreamError(f"it is {container.format.name}, and holds no audio stream")
        # it may be None, which PyAV's annotation does not say
        if getattr(stream, "codec_context", None) is None:
            raise BackendError(
                f"it is {container.format.name}, and FFmpeg has no decoder for its sound"
            )
        stream.codec_context.thread_count = 1  # the workers of a data loader already use all cores
        seen = local or _without_protocol(file)
        joints.refuse_joined(container, seen)
        if not again:
            misread.tell(uri, seen, stream)
        yield container, stream


def _without_protocol(file: Any) -> Any:
    """Return the path of a local file; anything else as it is."""
    return file.removeprefix("file:") if isinstance(file, str) else file


def list_demuxers(file: Any) -> tuple[str, ...]:
    """Return the demuxer for an address of a list of further addresses; () for anything else."""
    path = re.split(r"[?#]", file, maxsplit=1)[0].lower() if isinstance(file, str) else ""
    return tuple(one for ending, one in _LISTS.items() if "://" in path and path.endswith(ending))


def served(
    file: Any, protocols: str, settings: Settings
) -> contextlib.AbstractContextManager[tuple[Any, str]]:
    """Give the reader of a file on a server; anything else as it is, with the protocols it needs.

    Raises:
        BackendError: (a RuntimeError) the server does not answer, or redirects where none may lead.
    """
    if web.is_address(file):
        return _served(file, protocols, settings)
    return contextlib.nullcontext((file, protocols))


@contextlib.contextmanager
def _served(file: Any, protocols: str, settings: Settings) -> Iterator[tuple[Any, str]]:
    with contextlib.closing(web.Remote(file, settings)) as remote:
        with contextlib.suppress(web.NotSpokenError):
            remote.ask()
            file, protocols = remote.reader(), ""
        yield file, protocols


class Opening(NamedTuple):
    """How to open a container, so that FFmpeg can open nothing but what is allowed.

    Attributes:
        file: a file object, or an address as FFmpeg takes it.
        protocols: those that may be used, comma-separated.
        allowed: the demuxers that may be used, comma-separated.
        format: the demuxer to use; ``None`` to let FFmpeg choose.
        buffer_size: bytes to read at a time from a file object.
        settings: flags in force.
        option: options of the demuxer and the protocol.
    """

    file: Any
    protocols: str
    allowed: str
    format: str | None
    buffer_size: int
    settings: Settings
    option: Mapping[str, str] | None = None


@contextlib.contextmanager
def open_container(asked: Opening) -> Iterator[av.container.InputContainer]:
    """Open a container for the block.

    Raises:
        BackendError: (a RuntimeError) FFmpeg cannot open it.
    """
    opening = handles.opened(
        operator.methodcaller("close"),
        _opener(asked),
        on_error=functools.partial(_fail, asked),
    )
    with file_objects.interruptible(asked.file), opening as container:
        _forget_orders(container)
        yield container
        file_objects.believe(asked.file)


def kept_open(asked: Opening) -> av.container.InputContainer:
    """Open a container.

    Call this within ``interrupts.deferred``: the caller closes the container.

    Raises:
        BackendError: (a RuntimeError) FFmpeg cannot open it.
    """
    with file_objects.interruptible(asked.file):
        try:
            found = _opener(asked)()
        except StopIteration as why:
            raise BackendError("the file object raised StopIteration") from why
        except Exception as why:
            _fail(asked, why)
            raise
        file_objects.believe(asked.file)
        _forget_orders(found)
        return found


def _forget_orders(container: av.container.InputContainer) -> None:
    """Leave only the number of channels of streams whose channels have an order of their own.

    Samples come in the order of the file either way. PyAV copies such an order, which lies in
    memory by itself, as if it were a number: whoever reads it next frees it once more, which ends
    the process. So nothing may look at a stream's layout or channels before this.
    """
    for stream in container.streams.audio:
        context: Any = getattr(stream, "codec_context", None)
        layout = None if context is None else context.layout
        if layout is not None and "(" in layout.name:
            context.layout = f"{layout.nb_channels}C"


def _opener(asked: Opening) -> Callable[[], av.container.InputContainer]:
    """Return the call, written in C, that opens a container."""
    file, protocols, settings = asked.file, asked.protocols, asked.settings
    one_address = protocols.startswith("http") and isinstance(file, str) and not list_demuxers(file)
    # FFmpeg would leave out a part of a list that stalls, without a word:
    # there PyAV bounds the opening, and each packet
    each_wait = (
        {"max_redirects": "0", "rw_timeout": str(round(settings.network_timeout * 1e6))}
        if one_address
        else {}
    )
    options = {
        "format_whitelist": asked.allowed,
        "protocol_whitelist": ",".join(filter(None, (protocols, *settings.also_open))) or "none",
        **each_wait,
        **(asked.option or {}),
    }
    remote = bool(protocols) and not protocols.startswith("file") and not one_address
    return functools.partial(
        av.open,
        file,
        mode="r",
        format=demuxers.named(asked.format),
        container_options=options,
        **_lenient(),
        buffer_size=asked.buffer_size,
        timeout=settings.network_timeout if remote else None,
    )


def _is_free_format(file: Any) -> bool:
    """Return whether the file is MPEG audio whose headers tell no bit rate."""
    return bool(look(_without_protocol(file), mpeg.is_free_format, 0))


def is_unknown(why: Exception) -> bool:
    """Return whether FFmpeg found nothing that it knows as it opened a file, or the end of it."""
    told = why.__cause__
    unknown = av.error.InvalidDataError, av.error.EOFError, av.error.ArgumentError
    return isinstance(told, unknown) and str(why).startswith(str(told.strerror))


def _fail(asked: Opening, why: Exception) -> None:
    """Raise our error in place of one of FFmpeg's; return for any other."""
    why = getattr(asked.file, "failure", None) or why
    if isinstance(why, (av.error.ExitError, av.error.TimeoutError)):
        raise BackendError(
            f"the server did not answer within {asked.settings.network_timeout:g} s (the flag "
            "network_timeout)"
        ) from why
    if isinstance(why, av.error.InvalidDataError) and _is_free_format(asked.file):
        raise NoAudioStreamError(_NO_MP3[True]) from why
    if isinstance(why, (av.FFmpegError, ValueError)):
        text = getattr(why, "strerror", None) or str(why)  # without the file name
        raise BackendError(f"{text} (format={asked.format!r})" if asked.format else text) from why
