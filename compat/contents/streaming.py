"""Build the classes of ``torchaudio.io`` as a release had them: names, signatures, warnings.

``dispatcher.streams`` does the work. These classes give it the interface of 2.0 (more positional
parameters, fewer features), of 2.1, or of 2.2 to 2.8, where the classes were in the package
``torio``.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from compat.contents import deprecations, scripting
from compat.observation import recording
from dispatcher.codec_config import CodecConfig
from dispatcher.streams import info
from dispatcher.streams.effector import AudioEffector
from dispatcher.streams.playback import play_audio
from dispatcher.streams.reader import StreamReader
from dispatcher.streams.writer import StreamWriter

if TYPE_CHECKING:
    from compat.contents.context import Context
    from compat.releases import Release


@dataclasses.dataclass(frozen=True)
class Classes:
    """The contents of ``torchaudio.io`` in a release."""

    reader: type
    writer: type
    effector: type
    codec_config: type
    play_audio: Callable[..., None]
    infos: dict[str, type]

    def names(self) -> dict[str, Any]:
        """Return them under the names in ``torchaudio.io`` from 2.1 on."""
        return {
            "StreamReader": self.reader,
            "StreamWriter": self.writer,
            "AudioEffector": self.effector,
            "CodecConfig": self.codec_config,
            "play_audio": self.play_audio,
        }


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


_KEYWORD_ONLY: dict[str, type] = {"reader": StreamReader, "writer": StreamWriter}
_POSITIONAL: dict[str, type] = {"reader": _Reader20, "writer": _Writer20}
# module and name of each class, in torio and before torio
_TORIO = {
    "reader": ("torio.io._streaming_media_decoder", "StreamingMediaDecoder"),
    "writer": ("torio.io._streaming_media_encoder", "StreamingMediaEncoder"),
    "codec_config": ("torio.io._streaming_media_encoder", "CodecConfig"),
}
_BEFORE_TORIO = {
    "reader": ("torchaudio.io._stream_reader", "StreamReader"),
    "writer": ("torchaudio.io._stream_writer", "StreamWriter"),
    "codec_config": ("torchaudio.io._stream_writer", "CodecConfig"),
}
_EFFECTOR = ("torchaudio.io._effector", "AudioEffector")
_NAMES = {
    "reader": "StreamReader",
    "writer": "StreamWriter",
    "codec_config": "CodecConfig",
    "effector": "AudioEffector",
}


def classes(release: Release, *, warn: bool, module: str = "") -> Classes:
    """Return the classes of a release, the same ones each time.

    Args:
        release: its flags.
        warn: whether constructing one warns that it will be removed, as in 2.8.
        module: where pickle finds them; "" for the modules of the release.
    """
    return _classes(release, warn=warn, record=recording.is_on(), module=module)


def of(context: Context) -> Classes:
    """Return the classes of a module ``torchaudio``."""
    release, host = context.release, context.host.__name__
    if host == "torchaudio":
        return classes(release, warn=release.names_warn)
    # compat.torchaudio has no torio; its classes are those of compat.io, which never warn
    module = f"{host}.io" if release.names_warn else "compat.io"
    return classes(release, warn=release.names_warn, module=module)


@functools.lru_cache(maxsize=16)
def _classes(release: Release, *, warn: bool, record: bool, module: str) -> Classes:
    homes = {**(_TORIO if release.torio else _BEFORE_TORIO), "effector": _EFFECTOR}
    if module:
        homes = {kind: (module, name) for kind, name in _NAMES.items()}
    bases = _POSITIONAL if release.stream_positional else _KEYWORD_ONLY
    bound: dict[str, Any] = {"settings": release}
    noted = release.name if record else None
    reader = _named(
        bases["reader"], "StreamReader", homes["reader"], bound, warn=warn, record=noted
    )
    writer = _named(
        bases["writer"], "StreamWriter", homes["writer"], bound, warn=warn, record=noted
    )
    effector = _named(
        AudioEffector,
        "AudioEffector",
        homes["effector"],
        bound,
        warn=warn,
        record=noted,
    )
    config = (
        _named(CodecConfig, "CodecConfig", homes["codec_config"], {}, warn=warn, record=noted)
        if warn or record
        else CodecConfig
    )
    infos = {
        name: value
        for name, value in vars(info).items()
        if dataclasses.is_dataclass(value) and isinstance(value, type)
    }
    if release.stream_positional:
        infos = {name: value for name, value in infos.items() if not name.startswith("Output")}
        infos["OutputStream"] = OutputStream20
    return Classes(reader, writer, effector, config, play_audio, infos)


def _named(
    base: type,
    name: str,
    home: tuple[str, str],
    bound: dict[str, Any],
    *,
    warn: bool,
    record: str | None,
) -> type:
    namespace: dict[str, Any] = {
        **bound,
        "__module__": home[0],
        "__doc__": base.__doc__,
        "__qualname__": home[1],
    }
    namespace[scripting.CLASS_MARK] = scripting.RefusedClass(f"torchaudio.io.{name}")
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
