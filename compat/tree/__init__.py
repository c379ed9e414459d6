"""The module tree that answers to ``torchaudio``: a file here is the submodule of the same path.

A file has ``SUBMODULE``, which says what the module holds and when it is there
(``compat.contents.submodule``). This file is ``torchaudio`` itself.
"""

import functools
from typing import Any

from compat.contents import deprecations
from compat.contents.submodule import Context, Submodule
from compat.observation import recording
from compat.tree import version
from dispatcher.metadata import AudioMetaData

# top-level names of any release, removed from a real torchaudio before the pinned release's are set
NAMES = (
    "info", "load", "save", "set_audio_backend", "get_audio_backend", "list_audio_backends",
    "AudioMetaData",
    "load_with_torchcodec", "save_with_torchcodec",
)  # fmt: skip
FUNCTIONS = (
    "info",
    "load",
    "save",
    "set_audio_backend",
    "get_audio_backend",
    "list_audio_backends",
)
_SUBMODULES = ("compliance", "datasets", "functional", "models", "pipelines", "utils", "transforms")
_GONE_IN_2_9 = ("io", "kaldi_io", "sox_effects")


def exports(context: Context) -> tuple[str, ...]:
    """Return the names that ``from torchaudio import *`` binds, as far as they are there.

    Up to 2.1, where a setter may replace ``info``, ``load`` and ``save``, it does not bind these.
    """
    release = context.release
    if not release.old_names:
        return ("load", "save", "load_with_torchcodec", "save_with_torchcodec", *_SUBMODULES)
    functions: tuple[str, ...] = NAMES
    if release.dispatcher_variable != "ignored":
        functions = tuple(name for name in NAMES if name not in ("info", "load", "save"))
    return (*functions, *_SUBMODULES, *_GONE_IN_2_9)


def names(context: Context) -> dict[str, Any]:
    """Return the release's functions: the dispatcher's, the global backend's, or TorchCodec's."""
    release = context.release
    found: dict[str, Any] = version.names(context)
    if release.torchcodec_names:
        found["load_with_torchcodec"], found["save_with_torchcodec"] = context.torchcodec
    if release.torchcodec:
        found["load"], found["save"] = context.torchcodec
        if not release.old_names:
            return found
    functions: Any = context.per_call
    if not context.dispatcher_on:
        functions = context.global_backend.functions[context.global_backend.default()]
    found = {
        "info": functions.info,
        "load": functions.load,
        "save": functions.save,
        **setters(context),
        **found,
    }
    for name in FUNCTIONS:
        deprecations.document(found[name], name, release.last_patch)
    if release.top_level_metadata:
        found["AudioMetaData"] = AudioMetaData
    if release.names_warn:
        for name in FUNCTIONS:
            found[name] = deprecations.warning(
                found[name], name, only_if_taken=name in ("load", "save")
            )
        found["AudioMetaData"] = _warning_metadata(context.host.__name__)
    return found


def _warning_metadata(module: str) -> type:
    """Return an ``AudioMetaData`` that warns when user code makes one.

    What ``info`` returns is an instance of it, and does not warn.
    """

    class Meta(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, AudioMetaData)

    @functools.wraps(AudioMetaData.__init__)
    def warn_and_make(self: Any, *args: Any, **kwargs: Any) -> None:
        deprecations.warn("AudioMetaData")
        AudioMetaData.__init__(self, *args, **kwargs)

    return Meta(
        "AudioMetaData",
        (AudioMetaData,),
        {"__init__": warn_and_make, "__module__": module, "__doc__": AudioMetaData.__doc__},
    )


def setters(context: Context) -> dict[str, Any]:
    """Return the release's functions that set, get and list global backends."""
    release, legacy = context.release, context.global_backend

    def set_audio_backend(backend: str | None) -> None:
        """Choose the global backend, if the release still has one.

        Args:
            backend: ``"sox_io"``, ``"soundfile"``, or ``None`` for none. With the dispatcher on
                this has no effect and warns, unless the flag ``global_backend`` is ``"always"``:
                then the backend is asked first, and may also be a per-call name.

        Raises:
            RuntimeError: (dispatcher off) the backend is unknown or does not work here.
            ValueError: (``global_backend="always"``) the same.
        """
        if release.global_backend == "always" and context.dispatcher_on:
            context.prefer(backend)
        elif release.global_backend == "never" or context.dispatcher_on_now():
            deprecations.warn("set_audio_backend")
        else:
            legacy.set_audio_backend(backend)

    def get_audio_backend() -> str | None:
        """Return the name of the global backend; ``None`` if there is none.

        Raises:
            ValueError: ``torchaudio.load`` is not that of a global backend; in 2.0 also with the
                dispatcher on.
        """
        if release.global_backend == "always" and context.dispatcher_on:
            return context.preferred()
        if release.global_backend == "never" or context.dispatcher_on_now():
            deprecations.warn("get_audio_backend")
            if not release.legacy_getter:
                return None
        return legacy.get_audio_backend()

    def list_audio_backends() -> list[str]:
        """Return the names of backends that work here.

        They are the names for ``backend=``, or for ``set_audio_backend`` if the dispatcher is off.
        """
        on = context.dispatcher_on_now()
        if on and release.legacy_getter:
            deprecations.warn("list_audio_backends", "set_audio_backend")
        if on and not release.legacy_getter:
            return context.per_call.list_audio_backends()
        return legacy.list_audio_backends()

    found = (set_audio_backend, get_audio_backend, list_audio_backends)
    for function in found:
        function.__module__, function.__qualname__ = context.host.__name__, function.__name__
    return {
        function.__name__: recording.recorded(function, function.__name__, release.name)
        for function in found
    }


SUBMODULE = Submodule(names)
