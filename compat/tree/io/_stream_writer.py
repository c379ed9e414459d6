"""``torchaudio.io._stream_writer``, in 2.0 and 2.1: the writer's module before torio."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from compat.contents import streaming
from compat.tree.io import _stream_reader

if TYPE_CHECKING:
    from compat.contents.context import Context


def names(context: Context) -> dict[str, Any]:
    """Return the writer and, from 2.1 on, ``CodecConfig``."""
    names = ("StreamWriter", "CodecConfig") if context.release.effector else ("StreamWriter",)
    found = streaming.of(context)
    return {name: found[name] for name in names}


SUBMODULE = dataclasses.replace(_stream_reader.SUBMODULE, names=names)
