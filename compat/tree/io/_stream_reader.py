"""``torchaudio.io._stream_reader``, in 2.0 and 2.1: the reader's module before torio."""

from typing import Any

from compat.contents import streaming
from compat.contents.context import Context
from compat.contents.submodule import imported
from compat.tree import io


def properties(context: Context) -> dict[str, Any]:
    """Return the classes of streams' properties, and the class of chunks, which needs torch."""
    chunks = imported("dispatcher.streams.chunks:ChunkTensor")
    return {**streaming.infos(context.release), "ChunkTensor": chunks}


def names(context: Context) -> dict[str, Any]:
    """Return the reader, and what belongs to it."""
    return {"StreamReader": streaming.of(context)["StreamReader"], **properties(context)}


SUBMODULE = io.part(names, present=lambda context: not context.release.torio)
