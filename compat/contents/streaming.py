"""Build the classes of ``torchaudio.io`` as a release had them: names, signatures, warnings.

``dispatcher.streams`` does the work. These classes give it the interface of 2.0 (more positional
parameters, fewer features), of 2.1, or of 2.2 to 2.8, where the classes were in the package
``torio``.
"""

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

from compat.contents import deprecations, scripting
from compat.contents.context import Context
from compat.observation import recording
from compat.releases import Release
from dispatcher.codec_config import CodecConfig
from dispatcher.streams import info
from dispatcher.streams.effector import AudioEffector
from dispatcher.streams.playback import play_audio
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter


def _by_position(method: Callable[..., Any], *names: str) -> Any:
    """Return a method that takes these parameters alone, each by position too, as in 2.0."""
    known = inspect.signature(method).parameters
    by_position = inspect.Parameter.POSITIONAL_OR_KEYWORD
    taken = [known["self"], *(known[name].replace(kind=by_position) for name in names)]
    signature = inspect.signature(method).replace(parameters=taken)

    @functools.wraps(method)
    def taking(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as why:
            raise TypeError(f"{method.__name__}(): {why}") from None
        return method(given.pop("self"), **given)

    taking.__signature__ = signature  # type: ignore[attr-defined]
    return taking


_CHUNKS = (
    "frames_per_chunk", "buffer_chunk_size", "stream_index", "decoder", "decoder_option",
)  # fmt: skip
_ENCODER = ("format", "encoder", "encoder_option", "encoder_format")


class _Reader20(StreamReader):
    add_basic_audio_stream = _by_position(
        StreamReader.add_basic_audio_stream, *_CHUNKS, "format", "sample_rate"
    )
    add_basic_video_stream = _by_position(
        StreamReader.add_basic_video_stream,
        *(*_CHUNKS, "hw_accel", "format", "frame_rate", "width", "height"),
    )
    add_audio_stream = _by_position(StreamReader.add_audio_stream, *_CHUNKS, "filter_desc")
    add_video_stream = _by_position(
        StreamReader.add_video_stream, *_CHUNKS, "hw_accel", "filter_desc"
    )

    def get_out_stream_info(self, i: int) -> info.OutputStream:
        found = super().get_out_stream_info(i)
        return OutputStream20(found.source_index, found.filter_description)  # type: ignore[return-value]


@dataclasses.dataclass
class OutputStream20:
    """An output stream of a reader."""

    source_index: int
    filter_description: str


OutputStream20.__name__ = OutputStream20.__qualname__ = "OutputStream"


class _Writer20(StreamWriter):
    add_audio_stream = _by_position(
        StreamWriter.add_audio_stream, "sample_rate", "num_channels", *_ENCODER
    )
    add_video_stream = _by_position(
        StreamWriter.add_video_stream, "frame_rate", "width", "height", *_ENCODER, "hw_accel"
    )
    write_audio_chunk = _by_position(StreamWriter.write_audio_chunk, "i", "chunk")
    write_video_chunk = _by_position(StreamWriter.write_video_chunk, "i", "chunk")


# by their names in torchaudio.io: the modules before torio, and the modules and names in torio
_BEFORE_TORIO = {
    "StreamReader": "torchaudio.io._stream_reader",
    "StreamWriter": "torchaudio.io._stream_writer",
    "CodecConfig": "torchaudio.io._stream_writer",
    "AudioEffector": "torchaudio.io._effector",
}
_TORIO = {
    "StreamReader": ("torio.io._streaming_media_decoder", "StreamingMediaDecoder"),
    "StreamWriter": ("torio.io._streaming_media_encoder", "StreamingMediaEncoder"),
    "CodecConfig": ("torio.io._streaming_media_encoder", "CodecConfig"),
}


def classes(release: Release, *, warn: bool, module: str = "") -> dict[str, Any]:
    """Return the contents of ``torchaudio.io`` in a release, the same classes each time.

    Args:
        release: its flags.
        warn: whether constructing one warns that it will be removed, as in 2.8.
        module: where pickle finds them; "" for the modules of the release.
    """
    made = _classes(release, warn=warn, record=recording.is_on(), module=module)
    return {**made, "play_audio": play_audio}


def of(context: Context) -> dict[str, Any]:
    """Return the contents of ``io`` for a module ``torchaudio``."""
    release, host = context.release, context.host.__name__
    if host == "torchaudio":
        return classes(release, warn=release.names_warn)
    # compat.torchaudio has no torio; its classes are those of compat.io, which never warn
    module = f"{host}.io" if release.names_warn else "compat.io"
    return classes(release, warn=release.names_warn, module=module)


@functools.cache  # pickle looks for the very class, however many releases came in between
def _classes(release: Release, *, warn: bool, record: bool, module: str) -> dict[str, type]:
    bases: dict[str, type] = {
        "StreamReader": _Reader20 if release.stream_positional else StreamReader,
        "StreamWriter": _Writer20 if release.stream_positional else StreamWriter,
        "AudioEffector": AudioEffector,
        "CodecConfig": CodecConfig,
    }
    homes = {name: (module or home, name) for name, home in _BEFORE_TORIO.items()}
    if release.torio and not module:
        homes |= _TORIO
    noted = release.name if record else None
    made = {
        name: _named(base, name, homes[name], release, warn=warn, record=noted)
        for name, base in bases.items()
    }
    return made if warn or record else {**made, "CodecConfig": CodecConfig}


def _named(
    base: type,
    name: str,
    home: tuple[str, str],
    release: Release,
    *,
    warn: bool,
    record: str | None,
) -> type:
    namespace: dict[str, Any] = {
        "__module__": home[0],
        "__doc__": base.__doc__,
        "__qualname__": home[1],
        scripting.CLASS_MARK: scripting.RefusedClass(f"torchaudio.io.{name}"),
    }
    if base is not CodecConfig:
        namespace["settings"] = release
    if warn or record:
        namespace["__init__"] = _telling_init(base, name, warn=warn, record=record)
    return types.new_class(home[1], (base,), {}, lambda body: body.update(namespace))


def _telling_init(base: type, name: str, *, warn: bool, record: str | None) -> Callable[..., None]:
    @functools.wraps(base.__init__)  # type: ignore[misc]
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - the `__init__` of a class
        if warn:
            deprecations.warn(f"io.{name}", "io")
        if record:
            recording.of_place(f"io.{name}", record)
        base.__init__(self, *args, **kwargs)  # type: ignore[misc]

    return __init__
