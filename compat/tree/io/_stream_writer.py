"""``torchaudio.io._stream_writer``, in 2.0 and 2.1: the writer's module before torio."""

from typing import Any

from compat.contents import streaming
from compat.contents.context import Context
from compat.tree import io


def names(context: Context) -> dict[str, Any]:
    """Return the writer and, from 2.1 on, ``CodecConfig``."""
    names = ("StreamWriter", "CodecConfig") if context.release.effector else ("StreamWriter",)
    found = streaming.of(context)
    return {name: found[name] for name in names}


SUBMODULE = io.part(names, present=lambda context: not context.release.torio)
