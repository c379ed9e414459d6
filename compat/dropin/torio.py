"""Provide the package ``torio``, which held the stream classes from 2.2 to 2.8.

It is a top-level package beside ``torchaudio``, so the tree of ``compat.tree`` does not cover it.
"""

import sys
import types
from typing import Any

from compat.contents.context import Context
from compat.contents.submodule import Lazy
from compat.dropin.layer import Layer, empty
from compat.tree import io
from compat.tree.io import _stream_reader
from compat.tree.utils import ffmpeg_utils

ROOT = "torio"


def _contents(context: Context) -> dict[str, dict[str, Any]]:
    """Return what each module holds, parents before their children."""
    found = io.late(context, "StreamReader", "StreamWriter", "CodecConfig")
    reader = {"StreamingMediaDecoder": found["StreamReader"]}
    writer = {"StreamingMediaEncoder": found["StreamWriter"], "CodecConfig": found["CodecConfig"]}
    return {
        ROOT: {},
        f"{ROOT}.io": {**reader, **writer},
        f"{ROOT}.io._streaming_media_decoder": {
            **reader,
            **_stream_reader.properties(context),
        },
        f"{ROOT}.io._streaming_media_encoder": writer,
        f"{ROOT}.utils": {},
        f"{ROOT}.utils.ffmpeg_utils": ffmpeg_utils.names(context),
    }


def is_there(context: Context) -> bool:
    """Return whether the release had it."""
    return context.release.torio and context.release.old_names


def lay(layer: Layer, context: Context) -> None:
    """Install the modules if the release had them; hide a real ``torio`` in any case."""
    for name in [name for name in list(sys.modules) if name == ROOT or name.startswith(f"{ROOT}.")]:
        layer.drop(sys.modules, name)
    if not is_there(context):
        return
    made: dict[str, types.ModuleType] = {}
    for name, contents in _contents(context).items():
        package = name in (ROOT, f"{ROOT}.io", f"{ROOT}.utils")
        module = empty(name, f"``{name}``, by torchaudio-compat.", package=package)
        late = {key: value for key, value in contents.items() if isinstance(value, Lazy)}
        vars(module).update({key: value for key, value in contents.items() if key not in late})
        if late:
            vars(module)["__getattr__"] = _making(module, late)
        made[name] = module
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(made[parent], last, module)
        layer.set(sys.modules, name, module)


def _making(module: types.ModuleType, late: dict[str, Lazy]) -> Any:
    def __getattr__(name: str) -> Any:  # noqa: N807 - a module's hook
        if name not in late:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        value = vars(module)[name] = late[name].make()
        return value

    return __getattr__
